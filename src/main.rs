//! The thin binary: everything is in the library.

use dualscope::config::{Overrides, Surroundings, load_without_stores};
use dualscope::tui::launch::{Subject, launch};
use dualscope::wiring;

fn main() -> anyhow::Result<()> {
    let loaded = load_without_stores(&Overrides::default(), &Surroundings::of_process())?;
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let world = wiring::demo_world(wiring::demo(), &loaded.settings);
    let session = wiring::runtime(world, tokio.handle().clone());
    let folder = tempfile::tempdir()?;
    let subject = Subject {
        profile: "demo".to_owned(),
        database: "memsys".to_owned(),
        stream: "demo".to_owned(),
        target: std::env::args().nth(1),
        state: folder.path().to_owned(),
    };
    launch(&loaded, subject, session, tokio.handle().clone())?;
    Ok(())
}
