//! Read-only checks on a real node, when `DUALSCOPE_TEST_KV_URL` and `DUALSCOPE_TEST_KV_STREAM`
//! name one; `tests/run` runs them then, and reports them as not run otherwise. Nothing is assumed about what it holds.

use dualscope::domain::{Head, Stored};
use dualscope::store::kv::{Options, Reader};
use dualscope::store::port::{CheckVerdict, Got, Values as _, Want};

use crate::contract::values::key;

fn real() -> Reader {
    let of = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let stream = of("DUALSCOPE_TEST_KV_STREAM");
    Reader::new(&of("DUALSCOPE_TEST_KV_URL"), &Options::new(&stream)).unwrap()
}

#[tokio::test]
#[ignore = "needs a real node: DUALSCOPE_TEST_KV_URL and DUALSCOPE_TEST_KV_STREAM, then tests/run"]
async fn a_real_node_answers_what_the_emulated_one_does() {
    let reader = real();
    let checks = reader.probe().await;
    let failed: Vec<_> = checks
        .iter()
        .filter(|c| c.verdict == CheckVerdict::Failed)
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");

    let never = key("dualscope-test:never-written");
    let got = reader.get(&[Want::latest(never.clone())]).await.unwrap();
    assert_eq!(got, [Ok(Got::Stored(Stored::Absent))]);
    assert_eq!(reader.heads(&[never], None).await.unwrap(), [Head::Absent]);

    let page = reader.scan(None, 20).await.unwrap();
    assert!(
        page.rows
            .is_sorted_by(|a, b| a.key.as_bytes() < b.key.as_bytes())
    );
    for found in page.rows.iter().filter(|found| found.key.contains(':')) {
        let want = Want {
            at: Some(found.version),
            ..Want::latest(key(&found.key))
        };
        let got = reader.get(&[want]).await.unwrap().remove(0).unwrap();
        let Got::Stored(Stored::Value { version, full }) = got else {
            panic!("{} was listed and is not there", found.key);
        };
        assert_eq!(
            (version, full.raw.len() as u64),
            (found.version, found.size)
        );
        let history = reader.history(&key(&found.key), None, 3).await.unwrap();
        assert!(!history.rows.is_empty());
    }
}
