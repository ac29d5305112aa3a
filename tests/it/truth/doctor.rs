//! How values are written down, as far as the doctor can see.

use std::sync::Arc;

use dualscope::domain::{Codec, Collection};
use dualscope::store::error::Store;
use dualscope::store::memory::faults::{Fault, Latency, Op};
use dualscope::store::memory::{self, MemoryIndex, MemoryValues};
use dualscope::store::port::{Check, CheckVerdict, Step};
use dualscope::task::event::Outcome;
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use super::{Stores, gone, lite};
use crate::support::driver::WALL;

impl Stores {
    /// What the doctor says about the codec.
    async fn codec(&mut self) -> Check {
        let Ok(Outcome::Checks(checks)) = self.ask(TaskSpec::Doctor).await.1 else {
            panic!()
        };
        let mut codec = checks.into_iter().filter(|c| c.step == Step::KvCodec);
        codec.next().unwrap()
    }
}

#[tokio::test]
async fn the_doctor_says_which_codec_it_could_not_see() {
    let mut place = Stores::new(None);
    assert!(place.codec().await.said.starts_with("no value found"));

    let mut place = planted(None, memory::demo(WALL));
    place.node.always(Op::Get, Fault::Fail(gone(Store::Values)));
    let check = place.codec().await;
    assert_eq!(check.verdict, CheckVerdict::Warn);
    assert_eq!(check.said, "can't tell: nobody answers");

    place.node.clear();
    let calls = place.node.calls(Op::Get);
    let fault = Fault::Fail(gone(Store::Values));
    place.node.on_call(Op::Get, calls + 1, fault);
    let check = place.codec().await;
    assert_eq!(check.verdict, CheckVerdict::Warn);
    let (seen, unseen) = check.said.split_once("; of 1 more, ").unwrap();
    assert!(seen.contains("plain JSON"), "{seen}");
    assert_eq!(unseen, "can't tell: nobody answers");
}

#[tokio::test]
async fn the_doctor_compares_the_codec_with_the_one_that_is_expected() {
    let stores = || {
        let index = Arc::new(MemoryIndex::new("memsys"));
        let values = Arc::new(MemoryValues::new("stream"));
        index.put(&Collection::new("memcells"), lite(1, "a"));
        values.put("memcells:1", "{}");
        (index, values)
    };
    let mut place = planted(Some(Codec::Plain), stores());
    let check = place.codec().await;
    let expected = (CheckVerdict::Ok, "plain JSON in 1 values looked at");
    assert_eq!((check.verdict, &*check.said), expected);

    let mut place = planted(Some(Codec::Base64), stores());
    let check = place.codec().await;
    assert_eq!(check.verdict, CheckVerdict::Warn);
    let expected = format!(
        "plain JSON in 1 values looked at, where {} is expected",
        Codec::Base64.said()
    );
    assert_eq!(check.said, expected);

    place.values.put("memcells:1", vec![0xff, 0xfe, 0x00]);
    let check = place.codec().await;
    assert_eq!(check.verdict, CheckVerdict::Warn);
    assert_eq!(check.said, "none of 1 values looked at is decodable");
}

fn planted(expected: Option<Codec>, stores: (Arc<MemoryIndex>, Arc<MemoryValues>)) -> Stores {
    Stores::of(stores.0, stores.1, expected, Latency::default())
}
