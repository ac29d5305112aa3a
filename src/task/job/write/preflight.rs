//! Before anything is written down: can it be carried, and is everything still as it was read?

use super::{End, Saga};
use crate::domain::bson::Document as BsonDocument;
use crate::domain::document::{Document, Lite, Sight};
use crate::domain::full::Stored;
use crate::domain::intent::{Ending, who};
use crate::domain::plan::{Fence, LiteWrite, Plan, Step};
use crate::domain::{Bson, Filter, Query, diagnose};
use crate::store::error::{Kind, Store, StoreError};
use crate::store::port::{Got, IndexEntry, Want};

impl Saga<'_> {
    /// Everything that can be known to fail, without touching anything.
    pub(super) async fn preflight(&self) -> Result<(), End> {
        let plan = &self.story.plan;
        let refused =
            |error: StoreError| (Ending::Refused, format!("nothing was touched: {error}"));
        if plan.is_empty() {
            return Err((Ending::Refused, "there is nothing to write".to_owned()));
        }
        if let Some(write) = &plan.value {
            self.writers
                .values
                .check(&plan.key, write)
                .map_err(refused)?;
        }
        self.step(
            Step::Journal,
            "looking whether both stores are still as they were read",
        )
        .await;
        let now = self.still_as_read().await?;
        self.is_told(now).await?;
        self.is_unique().await
    }

    /// Both halves as the plan saw them. Nothing of ours has happened yet, so a difference is
    /// somebody else's.
    pub(super) async fn still_as_read(&self) -> Result<Halves, End> {
        let plan = &self.story.plan;
        let changed = |what: &str, by: &str| {
            let said = format!("{what} was changed by {by} meanwhile; nothing was touched");
            (Ending::Conflict, said)
        };
        let mut stored = None;
        if self.story.decided_from().is_some() || takes_away(plan) {
            let now = self.stored_now().await.map_err(unseen)?;
            if let Some(by) = self.moved(&now).map_err(unseen)? {
                return Err(changed("the value", &by));
            }
            stored = Some(now);
        }
        let now = self.lite_now().await.map_err(unseen)?;
        if self.is_as_read(now.as_ref()) {
            return Ok((stored, now));
        }
        let by = who(self.changed_lite().as_ref());
        Err(changed("the MongoDB document", &by))
    }

    /// Who wrote the value since the plan was made, if somebody did.
    ///
    /// # Errors
    /// The store shows less than was read before, so it can't be told.
    pub(super) fn moved(&self, now: &Stored) -> Result<Option<String>, StoreError> {
        let Some(fence) = self.story.decided_from() else {
            return Ok(None);
        };
        if let Some(why) = fence.behind(now.head()) {
            return Err(StoreError::new(Store::Values, Kind::Unknown, why));
        }
        if fence.holds(now.head()) {
            return Ok(None);
        }
        let by = now.version().and_then(|version| self.wrote(version));
        Ok(Some(who(by.as_ref())))
    }

    /// Nothing is written over, and nothing is deleted, where it can't be told what the value is: a
    /// store that does not see its whole history says "no value" also of one that it never saw. The
    /// plan may be older than the store's window, or made elsewhere, so it is asked here again.
    async fn is_told(&self, (stored, lite): Halves) -> Result<(), End> {
        let plan = &self.story.plan;
        let vouched = plan
            .value
            .as_ref()
            .is_some_and(|write| write.fence == Fence::Vouched);
        let Some(stored) = stored.filter(|_| takes_away(plan) && !vouched) else {
            return Ok(());
        };
        let window = self.world.window().await.map_err(unseen)?;
        let document = Document {
            key: plan.key.clone(),
            lite: Sight::Seen(lite),
            stored: Sight::Seen(stored),
        };
        let outlook = self.world.outlook(&plan.key.collection, window);
        match diagnose(&document, &outlook).untold() {
            Some(why) => Err((Ending::Refused, format!("nothing was touched: {why}"))),
            None => Ok(()),
        }
    }

    /// Whether MongoDB's half is still as it was read, as far as the plan needs it.
    pub(super) fn is_as_read(&self, now: Option<&Lite>) -> bool {
        let before = self.story.plan.before.lite.as_ref();
        match &self.story.plan.lite {
            Some(write) => write.holds(before, now),
            None => LiteWrite::Update(Vec::new()).holds(before, now),
        }
    }

    /// Whether a unique index would refuse MongoDB's part. Asked before the value is written, since
    /// the value goes first; another writer can still be faster, and then the write is half done.
    async fn is_unique(&self) -> Result<(), End> {
        let plan = &self.story.plan;
        let before = plan.before.lite.as_ref();
        let after = plan.lite.as_ref().and_then(|write| write.after(before));
        let Some(Lite { fields: after, .. }) = after else {
            return Ok(());
        };
        let index = &self.world.services.index;
        let Ok(indexes) = index.indexes(&plan.key.collection).await else {
            // Not knowing the indexes is no reason to refuse: MongoDB itself will.
            return Ok(());
        };
        // Whether a partial index holds a document is for MongoDB alone to say: it may be none of them.
        let may_refuse = |index: &&IndexEntry| {
            index.unique && index.name != "_id_" && !index.partial && index.may_hold(&after)
        };
        for unique in indexes.iter().filter(may_refuse) {
            let value = |name: &String| after.at(name).cloned().unwrap_or(Bson::Null);
            let mut same: Vec<_> = unique
                .fields
                .iter()
                .map(|name| (name.clone(), value(name)))
                .collect();
            let other = BsonDocument(vec![("$ne".to_owned(), plan.id.clone())]);
            same.push(("_id".to_owned(), Bson::Document(other)));
            if unique.sparse {
                same.push(("$or".to_owned(), any_exists(&unique.fields)));
            }
            let filter = Filter {
                raw: Some(BsonDocument(same)),
                ..Filter::default()
            };
            let query = Query::first(&plan.key.collection, filter, 1);
            let twin = index
                .page(&query, self.token)
                .await
                .ok()
                .and_then(|page| page.rows.into_iter().next());
            if let Some(twin) = twin {
                let said = format!(
                    "nothing was touched: {} has the same {} (unique index {}); \
                     decide which of the two stays",
                    twin.key(&plan.key.collection),
                    unique.fields.join(", "),
                    unique.name
                );
                return Err((Ending::Refused, said));
            }
        }
        Ok(())
    }

    /// What the value store holds under the key now.
    pub(super) async fn stored_now(&self) -> Result<Stored, StoreError> {
        let missing = || {
            StoreError::new(
                Store::Values,
                Kind::Unsupported,
                "this session has no value store",
            )
        };
        let values = self.values.ok_or_else(missing)?;
        let want = Want::latest(self.story.plan.key.clone());
        match values.get(&[want]).await?.pop() {
            Some(Ok(Got::Stored(stored))) => Ok(stored),
            Some(Err(error)) => Err(error),
            Some(Ok(Got::Unchanged(_))) | None => Err(StoreError::new(
                Store::Values,
                Kind::Malformed,
                "the store gave no answer",
            )),
        }
    }

    /// What MongoDB lists under the plan's `_id` now, where it is written: a copy that is behind
    /// would show our own write as not made, or as overtaken.
    pub(super) async fn lite_now(&self) -> Result<Option<Lite>, StoreError> {
        let plan = &self.story.plan;
        (self.writers.lite.read(&plan.key.collection, &plan.id)).await
    }
}

/// That a document has one of these fields, as those of a sparse index have.
fn any_exists(fields: &[String]) -> Bson {
    let there = BsonDocument(vec![("$exists".to_owned(), Bson::Bool(true))]);
    let has = |name: &String| {
        let test = (name.clone(), Bson::Document(there.clone()));
        Bson::Document(BsonDocument(vec![test]))
    };
    Bson::Array(fields.iter().map(has).collect())
}

/// Both halves as they are now; the value's where the plan needs it.
type Halves = (Option<Stored>, Option<Lite>);

#[expect(clippy::needless_pass_by_value, reason = "fits `map_err`")]
fn unseen(error: StoreError) -> End {
    let said = format!("nothing was touched, since it can't be told how it stands: {error}");
    (Ending::Refused, said)
}

/// Whether the plan replaces or deletes something that the value store may hold.
fn takes_away(plan: &Plan) -> bool {
    plan.value.is_some() || matches!(plan.lite, Some(LiteWrite::Remove))
}
