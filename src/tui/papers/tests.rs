//! A disk that takes its time, and what becomes of the orders meanwhile.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::*;
use crate::domain::intent::Place;

fn text(key: &str, text: &str) -> DraftText {
    DraftText {
        key: key.parse().unwrap(),
        base: None,
        text: text.into(),
    }
}

/// Each key has one text in these stories.
fn id(key: &str) -> DraftId {
    DraftId(key.bytes().map(u32::from).sum())
}

fn save(papers: &mut Papers, key: &str, typed: &str) {
    let said = papers.perform(Effect::SaveDraft(id(key), text(key, typed)));
    assert_eq!(said, Ok(None));
}

/// What was said but for what went well.
fn trouble(said: Vec<Outside>) -> Vec<Outside> {
    let well = |said: &Outside| matches!(said, Outside::Saved(..));
    said.into_iter().filter(|said| !well(said)).collect()
}

fn spent(key: &str) -> Effect {
    Effect::DropDrafts(Spent {
        key: key.parse().unwrap(),
        id: Some(id(key)),
        text: None,
        files: Vec::new(),
    })
}

/// A disk that begins each order when it is let.
struct Slow {
    papers: Papers,
    done: Arc<Mutex<Vec<String>>>,
    /// An order has begun.
    begun: Receiver<()>,
    /// It may end.
    let_go: Sender<()>,
}

/// The drafts of a state folder.
fn kept(state: &Path) -> Kept {
    let place = Place {
        mongo: "db:27017".to_owned(),
        database: "memsys".to_owned(),
        stream: "s".to_owned(),
    };
    Kept::new((&state.join("drafts"), &state.join("sheets")), place)
}

impl Slow {
    fn new() -> Self {
        let (tell, begun) = channel();
        let (let_go, go) = channel();
        let done = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&done);
        let work = move |order: &mut Order| {
            let _ = tell.send(());
            // it goes on when nobody holds it up any more
            let _ = go.recv();
            let what = match order {
                Order::Save(_, text) if &*text.text == "bad" => panic!("a fault"),
                Order::Save(_, text) => format!("{} {}", text.key, text.text),
                Order::Taken(id, _) => format!("taken {}", id.0),
                Order::Drop(spent) => format!("drop {}", spent.key),
                Order::Remove(file) => format!("remove {}", file.display()),
                Order::Find(..) => "find".to_owned(),
                Order::Columns(collection, _) => format!("columns {collection}"),
                Order::Filter(collection, line) => format!("filter {collection} {line}"),
            };
            log.lock().unwrap().push(what);
            let found = matches!(order, Order::Find(..));
            found.then(|| Outside::Drafts(None, Vec::new(), Vec::new()))
        };
        let papers = Papers::over(kept(Path::new("nowhere")), Box::new(work)).unwrap();
        Self {
            papers,
            done,
            begun,
            let_go,
        }
    }

    /// Lets all go on to its end.
    fn end(self) -> (Vec<String>, Vec<Outside>) {
        let Self {
            mut papers,
            done,
            let_go,
            ..
        } = self;
        drop(let_go);
        let said = papers.finish();
        let done = done.lock().unwrap().clone();
        (done, said)
    }
}

#[test]
fn a_slow_disk_holds_up_no_key_and_of_what_waits_the_last_is_written() {
    let mut slow = Slow::new();
    let start = Instant::now();
    save(&mut slow.papers, "a:1", "first");
    slow.begun.recv().unwrap();
    for typed in ["f", "fo", "foo"] {
        save(&mut slow.papers, "a:1", typed);
        save(&mut slow.papers, "b:2", typed);
    }
    let line = |line: &str| Effect::RememberFilter("a".to_owned(), line.to_owned());
    assert_eq!(slow.papers.perform(line("one")), Ok(None));
    assert_eq!(slow.papers.perform(line("two")), Ok(None));
    let width = |width| {
        let mut choice = Choice::default();
        choice.widths.insert("x".to_owned(), width);
        Effect::RememberColumns("a".to_owned(), choice)
    };
    assert_eq!(slow.papers.perform(width(1)), Ok(None));
    assert_eq!(slow.papers.perform(width(2)), Ok(None));
    assert!(start.elapsed() < Duration::from_secs(2), "the disk stands");
    let (done, said) = slow.end();
    let lines = [
        "a:1 first",
        "a:1 foo",
        "b:2 foo",
        "filter a one",
        "filter a two",
        "columns a",
    ];
    assert_eq!(done, lines);
    assert_eq!(said, []);
}

#[test]
fn a_draft_that_is_dropped_between_two_is_dropped_between_two() {
    let mut slow = Slow::new();
    save(&mut slow.papers, "a:0", "begun");
    slow.begun.recv().unwrap();
    save(&mut slow.papers, "a:1", "old");
    assert_eq!(slow.papers.perform(spent("a:1")), Ok(None));
    save(&mut slow.papers, "a:1", "new");
    let (done, _) = slow.end();
    assert_eq!(done, ["a:0 begun", "a:1 old", "drop a:1", "a:1 new"]);
}

#[tokio::test]
async fn an_answer_that_takes_long_comes_by_itself() {
    let mut slow = Slow::new();
    save(&mut slow.papers, "a:1", "{}");
    let start = Instant::now();
    let at_once = slow.papers.perform(Effect::FindDrafts(None));
    assert_eq!(at_once, Ok(None));
    assert!(start.elapsed() < Duration::from_secs(5));
    slow.let_go.send(()).unwrap();
    slow.let_go.send(()).unwrap();
    let said = std::future::poll_fn(|context| slow.papers.poll_answer(context)).await;
    assert_eq!(said, Outside::Drafts(None, Vec::new(), Vec::new()));
}

#[test]
fn a_fault_in_one_order_is_said_and_the_others_are_carried_out() {
    let mut slow = Slow::new();
    save(&mut slow.papers, "a:1", "bad");
    save(&mut slow.papers, "b:2", "good");
    let (done, said) = slow.end();
    assert_eq!(done, ["b:2 good"]);
    let [Outside::NotSaved(of, text, why)] = &said[..] else {
        panic!("{said:?}")
    };
    assert_eq!((*of, &**text), (id("a:1"), "bad"));
    assert!(why.contains("a fault of dualscope"), "{why}");
}

#[test]
fn everything_is_on_disk_when_the_end_is_reached() {
    let folder = tempfile::tempdir().unwrap();
    let start = |kept| Papers::start(kept, folder.path().to_owned()).unwrap();
    let mut papers = start(kept(folder.path()));
    for typed in 0..50 {
        save(&mut papers, "a:1", &format!("{{\"n\":{typed}}}"));
    }
    let Ok(Some(Outside::Drafts(None, drafts, _))) = papers.perform(Effect::FindDrafts(None))
    else {
        panic!("a disk that is not slow answers at once")
    };
    assert_eq!(&*drafts[0].text.text, "{\"n\":49}", "what waits counts");
    save(&mut papers, "a:1", "{\"n\":50}");
    save(&mut papers, "b:2", "{}");
    assert_eq!(papers.perform(spent("b:2")), Ok(None));
    let said = papers.finish();
    let last = Outside::Saved(id("a:1"), "{\"n\":50}".into());
    assert!(said.contains(&last), "{said:?}");
    assert_eq!(trouble(said), []);
    let other = papers.perform(Effect::SaveDraft(id("c:3"), text("c:3", "{}")));
    assert!(
        matches!(other, Ok(Some(Outside::NotSaved(..)))),
        "{other:?}"
    );

    let Outside::Drafts(_, drafts, _) = kept(folder.path()).find(None) else {
        panic!()
    };
    let texts: Vec<&str> = drafts.iter().map(|draft| &*draft.text.text).collect();
    assert_eq!(texts, ["{\"n\":50}"]);
}

#[test]
fn a_sheet_that_was_taken_over_goes_when_its_text_is_in_a_draft_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let after = |drafts_can_be_saved: bool| {
        let state = folder.path().join(drafts_can_be_saved.to_string());
        std::fs::create_dir(&state).unwrap();
        if !drafts_can_be_saved {
            std::fs::write(state.join("drafts"), "in the way").unwrap();
        }
        let mut papers = Papers::start(kept(&state), state).unwrap();
        let sheet = papers.sheet(&text("a:1", "{}")).unwrap();
        sheet.fill("{}", None).unwrap();
        let file = sheet.file().to_owned();
        assert!(file.exists());
        papers.take_over(id("a:1"), sheet);
        save(&mut papers, "a:1", "{\"typed\":1}");
        (trouble(papers.finish()).len(), file.exists())
    };
    assert_eq!(after(true), (0, false));
    assert_eq!(after(false), (1, true));
}

#[test]
fn what_could_not_be_written_is_said_at_the_end_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let mut papers = Papers::start(kept(&file), file).unwrap();
    save(&mut papers, "a:1", "{}");
    let line = Effect::RememberFilter("a".to_owned(), "x".to_owned());
    assert_eq!(papers.perform(line), Ok(None));
    assert_eq!(papers.finish().len(), 2);
}
