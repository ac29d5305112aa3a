//! Scripted failures, hangs and delays, in virtual time.

use super::*;
use crate::store::error::Kind;
use crate::store::memory::{MemoryIndex, MemoryValues};
use futures_util::FutureExt as _;
use tokio::time::Instant;

fn stores(latency: Latency) -> (Arc<Faults>, Faulty<dyn Index>, Faulty<dyn Values>) {
    let faults = Faults::new(latency);
    let index: Arc<dyn Index> = Arc::new(MemoryIndex::new("db"));
    let values: Arc<dyn Values> = Arc::new(MemoryValues::new("s"));
    (
        Arc::clone(&faults),
        Faulty::new(index, Arc::clone(&faults)),
        Faulty::new(values, faults),
    )
}

fn error() -> StoreError {
    StoreError::new(Store::Values, Kind::Unreachable, "the node is away")
}

#[tokio::test]
async fn only_the_scripted_call_fails() {
    let (faults, _, values) = stores(Latency::default());
    faults.on_call(Op::Window, 2, Fault::Fail(error()));
    assert!(values.window().await.is_ok());
    assert_eq!(values.window().await, Err(error()));
    assert!(values.window().await.is_ok());
    assert_eq!((faults.calls(Op::Window), faults.calls(Op::Get)), (3, 0));

    faults.always(Op::Scan, Fault::Fail(error()));
    assert!(values.scan(None, 1).await.is_err());
    assert!(values.scan(None, 1).await.is_err());
    faults.clear();
    assert!(values.scan(None, 1).await.is_ok());
}

#[tokio::test]
async fn a_call_that_hangs_ends_with_its_token() {
    let (faults, index, values) = stores(Latency::default());
    faults.always(Op::Count, Fault::Hang);
    faults.always(Op::Ping, Fault::Hang);
    let token = CancellationToken::new();
    let (name, filter) = (Collection::new("c"), Filter::default());
    let mut count = index.count(&name, &filter, Duration::from_secs(9), &token);
    assert!(count.as_mut().now_or_never().is_none());
    token.cancel();
    assert_eq!(count.await.unwrap_err().store, Store::Mongo);
    assert!(values.ping().now_or_never().is_none());
}

#[tokio::test(start_paused = true)]
async fn every_call_takes_its_latency() {
    let latency = Latency {
        fixed: Duration::from_millis(300),
        jitter: Duration::from_millis(100),
    };
    let (_, index, _) = stores(latency);
    let start = Instant::now();
    let mut spread = std::collections::HashSet::new();
    for _ in 0..8 {
        let before = Instant::now();
        index.ping().await.unwrap();
        spread.insert(before.elapsed().as_millis());
    }
    // Virtual time: exact, whatever the machine does.
    assert!(
        spread.iter().all(|ms| (300..=401).contains(ms)),
        "{spread:?}"
    );
    assert!(spread.len() > 2, "{spread:?}");
    assert!(start.elapsed() >= Duration::from_millis(2400));
}
