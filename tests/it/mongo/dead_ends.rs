//! What the driver takes for the end of a replica set is none: the next calls begin again at the
//! connection string.

use std::sync::Arc;
use std::time::Duration;

use dualscope::domain::bson::Document;
use dualscope::domain::plan::LiteWrite;
use dualscope::domain::{Bson, Lite};
use dualscope::store::error::{Kind, Retry};
use dualscope::store::mongo::{Mongo, writer};
use dualscope::store::port::LiteWriter;
use rstest::rstest;
use tokio::time::{sleep, timeout};

use super::{ask, brisk, collection, fault, open_within, question};
use crate::support::member::{Member, Role};

/// Asks until there is an answer.
async fn answers(mongo: &Mongo) {
    let asking = async { while ask(mongo, &question(5)).await.is_err() {} };
    let answered = timeout(Duration::from_secs(30), asking).await;
    answered.expect("the session does not recover");
}

/// Lets the member take a role, and asks until the driver has been greeted in it.
async fn turn(member: &Member, mongo: &Mongo, role: Role) {
    member.play(role);
    let asking = async {
        while member.greetings() == 0 {
            let _ = ask(mongo, &question(5)).await;
        }
    };
    let greeted = timeout(Duration::from_secs(30), asking).await;
    greeted.expect("nobody goes back to the connection string");
    // The driver's own tasks hear of it a little later.
    sleep(Duration::from_millis(300)).await;
}

#[rstest]
#[case::says_while_going_down_that_it_is_alone(Role::Alone)]
#[case::was_set_up_anew(Role::Primary(0))]
#[tokio::test]
async fn a_member_that_the_driver_has_given_up_is_found_again(#[case] outage: Role) {
    let member = Member::start(Role::Primary(1));
    let mongo = open_within(&member.uri(), "memsys", brisk());
    answers(&mongo).await;
    for role in [outage, Role::Primary(1)] {
        turn(&member, &mongo, role).await;
        answers(&mongo).await;
    }
}

#[tokio::test]
async fn the_writer_follows_and_writes_once() {
    let member = Member::start(Role::Primary(1));
    let mongo = Arc::new(open_within(&member.uri(), "memsys", brisk()));
    let writer = writer(Arc::clone(&mongo)).unwrap();
    answers(&mongo).await;
    turn(&member, &mongo, Role::Alone).await;
    answers(&mongo).await;
    let fields = Document(vec![("_id".to_owned(), Bson::Int32(1))]);
    let id = Lite::new(fields.clone()).id;
    let insert = LiteWrite::Insert(fields);
    assert!(
        writer
            .write(&collection(), &id, None, &insert)
            .await
            .unwrap()
    );
    assert_eq!(member.inserts(), 1);
}

#[tokio::test]
async fn a_set_of_another_name_is_told_with_the_option_that_names_it() {
    let member = Member::start(Role::Primary(1));
    let uri = format!("{}&replicaSet=other", member.uri());
    let mongo = open_within(&uri, "memsys", brisk());
    for _ in 0..2 {
        let error = fault(&mongo).await;
        assert_eq!((error.kind, error.retry), (Kind::Unreachable, Retry::Safe));
        assert!(error.message.contains("no member"), "{error}");
        assert!(error.hint.contains("check replicaSet"), "{error}");
    }
}

#[tokio::test]
async fn without_that_option_nobody_is_told_to_check_it() {
    let member = Member::start(Role::Primary(1));
    let mongo = open_within(&member.uri(), "memsys", brisk());
    answers(&mongo).await;
    turn(&member, &mongo, Role::Primary(0)).await;
    let error = fault(&mongo).await;
    assert!(error.message.contains("no member"), "{error}");
    assert!(!error.hint.contains("replicaSet"), "{error}");
    assert_eq!(error.retry, Retry::Safe);
}
