//! Whole logs, torn logs, coloured logs and nonsense.

use proptest::prelude::*;

use super::*;

const ROOT: &str = "0x357a4dce89f71652dbc93c6b4a5d4c9def3ff8cf38ff6190333b1dd28b4efe16";
const HASH: &str = "0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn line(rest: &str) -> String {
    format!("time=\"2026-01-02T03:04:05Z\" level=info {rest}\n")
}

/// The log of a write that goes well, with what is known after each line.
fn whole() -> Vec<(String, Stage)> {
    use Stage::{Mined, Preparing, Sending, Sent, Uploaded};
    [
        ("msg=\"fragment size: 4294967296\"".to_owned(), Preparing),
        ("msg=\"Data prepared to upload\" chunks=1 segments=1 size=65".to_owned(), Preparing),
        (format!("msg=\"Data merkle root calculated\" root={ROOT}"), Preparing),
        (format!("msg=\"Upload/Transaction in parallel\" root={ROOT}"), Preparing),
        ("msg=\"submit with fee\" fee(neuron)=12".to_owned(), Sending),
        ("msg=\"Set tx params\" gasPrice=\"<nil>\" maxNonGasRetries=20 nonce=\"<nil>\" timeout=0s".to_owned(), Sending),
        (format!("msg=\"Succeeded to send transaction to append log entry\" hash={HASH}"), Sent),
        (format!("msg=\"Wait for log entry on storage node\" finality=1 root={ROOT}"), Sent),
        (format!("msg=\"Transaction receipt\" receipt=\"&{{0 [] 0xc0001}}\" txHash={HASH}"), Sent),
        (format!("msg=\"Begin to upload file\" nodeNum=1 root={ROOT} segNum=1 sequence=712"), Mined),
        (format!("msg=\"Completed to upload file\" duration=1ms root={ROOT} segNum=1 sequence=712"), Uploaded),
        ("msg=\"File finalized on storage node\"".to_owned(), Uploaded),
        ("msg=\"upload took\" duration=2.03s".to_owned(), Uploaded),
    ]
    .map(|(rest, stage)| (line(&rest), stage))
    .to_vec()
}

fn read(text: &[u8]) -> Log {
    let mut log = Log::new(Receipt::default());
    log.feed(text);
    log.close();
    log
}

fn complete() -> Receipt {
    Receipt {
        child: None,
        stage: Stage::Uploaded,
        root: Some(ROOT.to_owned()),
        hash: Some(HASH.to_owned()),
        sequence: Some(712),
        floor: None,
    }
}

#[test]
fn a_write_grows_stage_by_stage() {
    let mut log = Log::new(Receipt::default());
    for (line, stage) in whole() {
        log.feed(line.as_bytes());
        assert_eq!(log.receipt.stage, stage, "{line}");
    }
    assert_eq!(log.receipt, complete());
    assert!(log.done && log.failure.is_none());
}

#[test]
fn repeated_content_tells_its_hash_by_the_receipt() {
    let text = [
        line("msg=\"Prepare to submit log entry\""),
        line("msg=\"submit with fee\" fee(neuron)=12"),
        line("msg=\"Set tx params\" gasPrice=1000 maxNonGasRetries=20 nonce=4 timeout=0s"),
        line(&format!(
            "msg=\"Transaction receipt\" receipt=\"<nil>\" txHash={HASH}"
        )),
    ];
    let receipt = read(text.concat().as_bytes()).receipt;
    assert_eq!(
        (receipt.stage, receipt.hash.as_deref()),
        (Stage::Sent, Some(HASH))
    );
}

#[test]
fn colour_changes_nothing() {
    let blue = |word: &str| format!("\u{1b}[36m{word}\u{1b}[0m");
    let text = format!(
        "{}[2026-01-02T03:04:05Z] Data merkle root calculated                   {}={ROOT}\n\
         {}[2026-01-02T03:04:05Z] Succeeded to send transaction to append log entry {}={HASH}\n\
         \u{1b}[31mFATA\u{1b}[0m[2026-01-02T03:04:05Z] fail to execute kv batch                     \
         \u{1b}[31merror\u{1b}[0m=\"Failed to upload data: no \\\"luck\\\"\"\n",
        blue("INFO"),
        blue("root"),
        blue("INFO"),
        blue("hash"),
    );
    let log = read(text.as_bytes());
    assert_eq!(log.receipt.stage, Stage::Sent);
    assert_eq!(log.receipt.root.as_deref(), Some(ROOT));
    assert_eq!(log.receipt.hash.as_deref(), Some(HASH));
    let Some(Failure::Fatal(text)) = log.failure else {
        panic!("no failure")
    };
    assert_eq!(
        text,
        "fail to execute kv batch: Failed to upload data: no \"luck\""
    );
}

#[test]
fn failures_are_told_apart() {
    let fatal = b"time=\"x\" level=fatal msg=\"no keys to write\"\n";
    assert!(
        matches!(read(fatal).failure, Some(Failure::Fatal(text)) if text == "no keys to write: ")
    );
    let panic = b"panic: invalid hex\n\ngoroutine 1 [running]:\nmain.main()\n";
    assert!(matches!(read(panic).failure, Some(Failure::Panic(_))));
    let usage = b"Error: unknown flag: --encryption-key\nUsage:\n";
    assert!(matches!(read(usage).failure, Some(Failure::Usage(_))));
}

#[test]
fn what_stands_inside_other_text_moves_nothing() {
    let inside = whole()
        .into_iter()
        .map(|(line, _)| line)
        .collect::<String>();
    let quoted = inside
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    for text in [
        line(&format!("msg=\"{quoted}\"")),
        line(&format!("msg=x error=\"{quoted}\"")),
        format!("Error: invalid argument \"{quoted}\" for \"--stream-values\"\n"),
        line(&format!(
            "msg=\"Succeeded to send transaction\" hash={HASH}"
        )),
        line("msg=\"Data merkle root calculated\" root=0x12"),
    ] {
        assert_eq!(read(text.as_bytes()).receipt, Receipt::default(), "{text}");
    }
}

#[test]
fn a_line_without_end_is_kept_small_and_the_next_counts() {
    let mut log = Log::new(Receipt::default());
    for _ in 0..100 {
        log.feed(&vec![b'x'; 100_000]);
    }
    assert!(log.line.capacity() < 100_000);
    log.feed(b"\n");
    log.feed(line("msg=\"submit with fee\"").as_bytes());
    assert_eq!(log.receipt.stage, Stage::Sending);
}

proptest! {
    #[test]
    fn where_the_bytes_are_cut_does_not_matter(cuts in prop::collection::vec(1..90_usize, 1..60)) {
        let text: String = whole().into_iter().map(|(line, _)| line).collect();
        let mut rest = text.as_bytes();
        let mut log = Log::new(Receipt::default());
        for cut in cuts {
            let (part, after) = rest.split_at(cut.min(rest.len()));
            log.feed(part);
            rest = after;
        }
        log.feed(rest);
        prop_assert_eq!(log.receipt, complete());
    }

    #[test]
    fn a_torn_log_never_says_more_than_the_whole_one(end in 0..2000_usize) {
        let text: String = whole().into_iter().map(|(line, _)| line).collect();
        let end = end.min(text.len());
        let torn = read(&text.as_bytes()[..end]).receipt;
        let lines: Vec<_> = whole();
        let full = text[..end].matches('\n').count();
        let stage = lines.get(full).map_or(Stage::Uploaded, |(_, stage)| *stage);
        prop_assert!(torn.stage <= stage);
        prop_assert!(torn.root.is_none_or(|root| root == ROOT));
        prop_assert!(torn.hash.is_none_or(|hash| hash == HASH));
        prop_assert!(torn.sequence.is_none_or(|sequence| sequence == 712));
    }

    #[test]
    fn nonsense_says_nothing(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert_eq!(read(&bytes).receipt, Receipt::default());
    }
}
