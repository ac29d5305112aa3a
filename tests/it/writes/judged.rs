//! What may be done about an open write, for each situation and each way its value can stand.

use std::fmt::Write as _;

use dualscope::domain::codec;
use dualscope::domain::intent::{
    Choice, Evidence, Fate, Finding, Phase, Receipt, Stage, Story, judge,
};
use dualscope::domain::plan::{self};
use dualscope::domain::{Bson, Lite, Sight, Stored, Version};
use pretty_assertions::assert_eq;

use crate::support::writing::{Fuse, KEY, Stores, key, text};

/// F: finish, D: drop, L: later, >: follow; the best first. The value was read at 2, ours is 3.
///
/// A try is of this start of the machine, or of an earlier one. The node says nothing of the
/// transaction, that it was dropped, or that its turn is over. The data can be made again, or it is encrypted.
const TABLE: &str = "
phase       machine   stage      runs  node     data       untouched ours superseded foreign unknown
planned     same      preparing  no    silent   plain      FDL       DL   DL         DL      L
planned     same      preparing  ?     silent   plain      FDL       DL   DL         DL      L
planned     restarted preparing  no    silent   plain      FDL       DL   DL         DL      L
submitting  same      preparing  no    silent   plain      FDL       FDL  DL         DL      L
submitting  same      preparing  ?     silent   plain      FL        LFD  LD         LD      L
submitting  restarted preparing  no    silent   plain      FL        LFD  LD         LD      L
submitting  untold    preparing  no    silent   plain      FL        LFD  LD         LD      L
submitting  same      preparing  no    silent   encrypted  FDL       FDL  DL         DL      L
submitting  same      preparing  ?     silent   encrypted  LD        LFD  LD         LD      L
submitting  restarted preparing  no    silent   encrypted  LD        FDL  DL         LD      L
submitting  same      preparing  yes   silent   plain      >L        >L   >L         >L      >L
submitting  same      sending    no    silent   plain      FL        LFD  LD         LD      L
submitting  restarted sending    ?     silent   plain      FL        LFD  LD         LD      L
submitting  same      sending    no    silent   encrypted  LD        FDL  DL         LD      L
submitting  same      sending    yes   silent   plain      >L        >L   >L         >L      >L
submitting  same      sent       no    silent   plain      FL        FDL  FDL        FDL     L
submitting  same      sent       no    dropped  plain      FDL       FDL  DL         DL      L
submitting  same      sent       no    passed   plain      FDL       FDL  FDL        FDL     L
submitting  same      sent       no    passed   encrypted  DL        FDL  FDL        FDL     L
submitting  same      sent       no    silent   encrypted  FL        FDL  FDL        FDL     L
submitting  same      sent       yes   silent   plain      >L        >L   >L         >L      >L
submitting  same      vanished   no    silent   plain      FDL       LFD  LD         LD      L
submitting  same      vanished   no    passed   plain      FDL       LFD  LD         LD      L
submitting  same      vanished   no    dropped  plain      FDL       FDL  DL         DL      L
submitting  same      vanished   no    silent   encrypted  LD        FDL  DL         LD      L
submitting  same      vanished   no    dropped  encrypted  FDL       FDL  DL         DL      L
submitting  same      mined      no    silent   plain      FL        FDL  FDL        FDL     L
submitting  same      mined      no    passed   plain      FDL       FDL  FDL        FDL     L
submitting  same      mined      no    dropped  plain      FDL       FDL  DL         DL      L
submitting  same      mined      no    silent   encrypted  DL        FDL  FDL        DL      L
submitting  same      mined      ?     silent   encrypted  LD        LD   LD         LD      L
submitting  same      mined      yes   silent   encrypted  >L        >L   >L         >L      >L
submitting  same      uploaded   no    silent   plain      FL        FDL  DL         DL      L
submitting  same      uploaded   no    passed   plain      DL        FDL  DL         DL      L
submitting  same      uploaded   no    dropped  plain      FDL       FDL  DL         DL      L
submitting  same      reverted   no    silent   plain      FDL       FDL  DL         DL      L
submitting  restarted reverted   ?     silent   plain      FDL       FDL  DL         DL      L
submitted   same      uploaded   no    silent   plain      FL        FDL  DL         DL      L
submitted   same      uploaded   no    silent   encrypted  FL        FDL  DL         DL      L
submitted   same      uploaded   no    passed   plain      DL        FDL  DL         DL      L
submitted   same      uploaded   no    dropped  plain      FDL       FDL  DL         DL      L
submitted   same      mined      no    silent   plain      FL        FDL  DL         FDL     L
";

/// An edit of the document, and what MongoDB holds.
async fn edit() -> (Story, Option<Lite>) {
    let stores = Stores::with_document();
    // It dies with its plan on disk.
    let mut program = stores.start(&Fuse::new(Some(2), None));
    let plan = super::edit(&mut program).await;
    assert_eq!(program.write(plan).await, None);
    program.die();
    (stores.paper.stories().remove(0), stores.lite())
}

fn value(version: u64, bytes: &[u8]) -> Sight<Stored> {
    Sight::Seen(Stored::Value {
        version: Version(version),
        full: codec::decode(bytes.into()),
    })
}

/// Each way that the value can stand.
fn findings(story: &Story) -> [(Finding, Sight<Stored>, Option<Version>); 5] {
    let ours = &story.plan.value.as_ref().unwrap().bytes;
    let (ours, theirs) = (value(3, ours), text(r#"["theirs"]"#, "2026-02-01"));
    let theirs = value(5, theirs.as_bytes());
    let three = Version(3);
    let (before, silent) = (&story.plan.before.stored, || "no answer".to_owned());
    [
        (
            Finding::Untouched,
            Sight::Seen(before.clone().unwrap()),
            None,
        ),
        (Finding::Ours(three), ours, None),
        (Finding::Superseded(three), theirs.clone(), Some(three)),
        (Finding::Foreign(Some(Version(5))), theirs, None),
        (
            Finding::Unknown(silent()),
            Sight::Unknown(silent().into()),
            None,
        ),
    ]
}

fn letters(choices: &[Choice]) -> String {
    let letter = |choice: &Choice| match choice {
        Choice::Follow => '>',
        Choice::Finish => 'F',
        Choice::Drop => 'D',
        Choice::Later => 'L',
    };
    choices.iter().map(letter).collect()
}

/// The story and the evidence of a row, but for the value.
fn situation(row: &[&str], story: &Story, lite: Option<Lite>) -> (Story, Evidence) {
    let mut story = story.clone();
    story.phase = match row[0] {
        "planned" => Phase::Planned,
        "submitting" => Phase::Submitting,
        "submitted" => Phase::Submitted,
        other => panic!("{other}"),
    };
    if story.phase > Phase::Planned {
        story.attempts = 1;
        story.boot = (row[1] != "untold").then(|| "first".into());
    }
    let boot = match row[1] {
        "restarted" => Some("second".into()),
        _ => story.boot.clone(),
    };
    let running = match row[3] {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let fate = match row[4] {
        "dropped" => Fate::Dropped("VersionConfliction".to_owned()),
        "passed" => Fate::Passed,
        _ => Fate::Untold,
    };
    let evidence = Evidence {
        lite: Sight::Seen(lite),
        stored: Sight::Unchecked,
        ours_below: None,
        receipt: Receipt {
            stage: Stage::from_name(row[2]).unwrap(),
            ..Receipt::default()
        },
        running,
        repeatable: row[5] == "plain",
        fate,
        boot,
        value_by: None,
        lite_by: None,
    };
    (story, evidence)
}

#[tokio::test(start_paused = true)]
async fn what_may_be_done_follows_from_what_is_known() {
    let (story, lite) = edit().await;
    let mut lines = TABLE.trim().lines();
    let names = lines.next().unwrap();
    let cells_at = names.find("untouched").unwrap();
    let mut judged = format!("\n{names}\n");
    for line in lines {
        let row: Vec<&str> = line.split_whitespace().collect();
        let (story, evidence) = situation(&row, &story, lite.clone());
        let mut cells = String::new();
        for (finding, stored, ours_below) in findings(&story) {
            let evidence = Evidence {
                stored,
                ours_below,
                ..evidence.clone()
            };
            let verdict = judge(&story, &evidence);
            // Equal bytes that stand before any of ours went out are somebody else's.
            let finding = match finding {
                Finding::Ours(at) if story.phase == Phase::Planned => Finding::Foreign(Some(at)),
                finding => finding,
            };
            assert_eq!(verdict.finding, finding, "{line}");
            let width = [9, 4, 10, 7, 7][cells.split_whitespace().count()];
            write!(cells, "{:width$} ", letters(&verdict.choices)).unwrap();

            let unseen = Evidence {
                lite: Sight::Unknown("no answer".into()),
                ..evidence
            };
            let verdict = judge(&story, &unseen);
            assert_eq!(verdict.choices, [Choice::Later], "{line}: {finding:?}");
        }
        writeln!(judged, "{}{}", &line[..cells_at], cells.trim_end()).unwrap();
    }
    assert_eq!(judged, TABLE);
}

/// The same bytes may be somebody else's: the number of our transaction tells.
#[tokio::test(start_paused = true)]
async fn whose_the_same_bytes_are_is_told_by_the_number_of_the_transaction() {
    let (story, lite) = edit().await;
    for (data, number, stage, ours, superseded) in [
        ("plain", 3, "mined", "FDL", "DL"),
        ("plain", 4, "mined", "FDL", "FDL"),
        ("encrypted", 3, "mined", "FDL", "DL"),
        ("encrypted", 4, "mined", "DL", "DL"),
        ("encrypted", 4, "uploaded", "FDL", "DL"),
    ] {
        let row = ["submitting", "same", stage, "no", "silent", data];
        let (story, mut evidence) = situation(&row, &story, lite.clone());
        evidence.receipt.sequence = Some(number);
        let [_, found @ (Finding::Ours(_), ..), replaced, ..] = findings(&story) else {
            panic!("another order")
        };
        for ((finding, stored, ours_below), choices) in [(found, ours), (replaced, superseded)] {
            let evidence = Evidence {
                stored,
                ours_below,
                ..evidence.clone()
            };
            let verdict = judge(&story, &evidence);
            assert_eq!(verdict.finding, finding);
            assert_eq!(letters(&verdict.choices), choices, "{row:?} {number}");
            let said = verdict.certain.join("; ");
            let waits = said.contains("(sequence 4) is in a block without its data");
            assert_eq!(waits, (number, stage) == (4, "mined"), "{said}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_of_mongodb_alone_is_finished_or_given_up_by_what_mongodb_holds() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(Some(2), None));
    let plan = program
        .plan(&key(KEY), |desk| plan::soft_delete(desk, None))
        .await
        .unwrap();
    assert_eq!(program.write(plan).await, None);
    program.die();
    let story = stores.paper.stories().remove(0);
    let before = stores.lite();
    let after = story.plan.lite.as_ref().unwrap().after(before.as_ref());
    let mut theirs = before.clone().unwrap();
    let field = theirs.fields.0.iter_mut();
    for (_, value) in field.filter(|(name, _)| name == "deleted_id") {
        *value = Bson::Int64(5);
    }
    let row = "planned same preparing no silent plain";
    let row: Vec<&str> = row.split_whitespace().collect();
    for (lite, choices) in [
        (before, "FDL"),
        (after, "FDL"),
        (Some(theirs), "DL"),
        (None, "DL"),
    ] {
        let (story, evidence) = situation(&row, &story, lite.clone());
        let verdict = judge(&story, &evidence);
        assert_eq!(verdict.finding, Finding::NotPlanned);
        assert_eq!(letters(&verdict.choices), choices, "{lite:?}");
    }
}
