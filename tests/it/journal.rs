//! The journal on a real disk: what was written is told again, what was torn is said, nothing is
//! made up, and two programs never take the same file.

mod damage;
mod drafts;
mod files;
mod ledger;
mod limits;
mod made;
mod owners;
mod records;
mod retention;
mod sheets;
mod untold;
mod waits;
