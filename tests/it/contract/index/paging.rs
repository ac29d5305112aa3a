//! Pages: their order, their ends, and what changes while one walks.

use dualscope::domain::query::{Clause, Test};
use dualscope::domain::{Filter, Place, Query, Sort};

use super::{Fixture, by, document, ids, insert_ids, int, ints, page, place_of, question};

pub(super) async fn an_empty_collection_gives_an_empty_page(fixture: &dyn Fixture) {
    insert_ids(fixture, []).await;
    for from in [Place::First, Place::Last] {
        let empty = page(
            fixture,
            &Query {
                from,
                ..question(5)
            },
        )
        .await;
        assert!(empty.rows.is_empty() && !empty.more);
    }
}

pub(super) async fn rows_come_in_the_order_of_ids(fixture: &dyn Fixture) {
    insert_ids(fixture, ints([3, 1, 2])).await;
    assert_eq!(ids(&page(fixture, &question(5)).await), ints(1..=3));
    let down = Query {
        sort: Sort::by_id(true),
        ..question(5)
    };
    assert_eq!(ids(&page(fixture, &down).await), ints([3, 2, 1]));
}

pub(super) async fn more_is_told_by_one_row_more(fixture: &dyn Fixture) {
    insert_ids(fixture, ints(1..=4)).await;
    for (limit, more) in [(3, true), (4, false), (5, false)] {
        for from in [Place::First, Place::Last] {
            let page = page(
                fixture,
                &Query {
                    from,
                    ..question(limit)
                },
            )
            .await;
            assert_eq!((page.rows.len(), page.more), (limit.min(4) as usize, more));
        }
    }
}

pub(super) async fn the_last_page_is_in_the_order_asked_for(fixture: &dyn Fixture) {
    insert_ids(fixture, ints(1..=5)).await;
    let last = Query {
        from: Place::Last,
        ..question(2)
    };
    assert_eq!(ids(&page(fixture, &last).await), ints([4, 5]));
    let down = Query {
        sort: Sort::by_id(true),
        ..last
    };
    assert_eq!(ids(&page(fixture, &down).await), ints([2, 1]));
}

pub(super) async fn pages_go_on_behind_a_row(fixture: &dyn Fixture) {
    insert_ids(fixture, ints(1..=5)).await;
    let first = page(fixture, &question(2)).await;
    let behind = |row| Query {
        from: Place::After(place_of(row, &Sort::by_id(false))),
        ..question(2)
    };
    let second = page(fixture, &behind(&first.rows[1])).await;
    assert_eq!((ids(&second), second.more), (ints([3, 4]), true));
    let third = page(fixture, &behind(&second.rows[1])).await;
    assert_eq!((ids(&third), third.more), (ints([5]), false));
    let fourth = page(fixture, &behind(&third.rows[0])).await;
    assert_eq!((ids(&fourth), fourth.more), (vec![], false));
}

pub(super) async fn pages_go_back_before_a_row(fixture: &dyn Fixture) {
    insert_ids(fixture, ints(1..=5)).await;
    let rows = page(fixture, &question(5)).await.rows;
    let before = |at: usize| Query {
        from: Place::Before(place_of(&rows[at], &Sort::by_id(false))),
        ..question(2)
    };
    for (at, expected, more) in [
        (4, vec![3, 4], true),
        (2, vec![1, 2], false),
        (0, vec![], false),
    ] {
        let back = page(fixture, &before(at)).await;
        assert_eq!((ids(&back), back.more), (ints(expected), more));
    }
}

pub(super) async fn a_refresh_starts_at_the_row_itself(fixture: &dyn Fixture) {
    insert_ids(fixture, ints(1..=5)).await;
    let rows = page(fixture, &question(5)).await.rows;
    let at = Query {
        from: Place::At(place_of(&rows[2], &Sort::by_id(false))),
        ..question(2)
    };
    let again = page(fixture, &at).await;
    assert_eq!((ids(&again), again.more), (ints([3, 4]), true));
}

pub(super) async fn a_place_outlives_its_row(fixture: &dyn Fixture) {
    insert_ids(fixture, ints(1..=5)).await;
    let rows = page(fixture, &question(5)).await.rows;
    fixture.remove(super::NAME, &int(3)).await;
    let place = place_of(&rows[2], &Sort::by_id(false));
    let places = [
        (Place::At(place.clone()), [4, 5]),
        (Place::After(place.clone()), [4, 5]),
        (Place::Before(place), [1, 2]),
    ];
    for (from, expected) in places {
        assert_eq!(
            ids(&page(
                fixture,
                &Query {
                    from,
                    ..question(2)
                }
            )
            .await),
            ints(expected)
        );
    }
}

pub(super) async fn rows_inserted_while_walking_move_nothing(fixture: &dyn Fixture) {
    insert_ids(fixture, ints([10, 20, 30, 40])).await;
    let first = page(fixture, &question(2)).await;
    insert_ids(fixture, ints([5, 15, 25])).await;
    let next = Query {
        from: Place::After(place_of(&first.rows[1], &Sort::by_id(false))),
        ..question(5)
    };
    assert_eq!(ids(&page(fixture, &next).await), ints([25, 30, 40]));
}

pub(super) async fn rows_deleted_while_walking_move_nothing(fixture: &dyn Fixture) {
    insert_ids(fixture, ints([10, 20, 30, 40])).await;
    let first = page(fixture, &question(2)).await;
    for gone in [10, 20] {
        fixture.remove(super::NAME, &int(gone)).await;
    }
    let next = Query {
        from: Place::After(place_of(&first.rows[1], &Sort::by_id(false))),
        ..question(5)
    };
    assert_eq!(ids(&page(fixture, &next).await), ints([30, 40]));
}

pub(super) async fn a_filter_and_a_place_hold_together(fixture: &dyn Fixture) {
    let even = |id: i32| document! { "_id": int(id), "v": int(id / 2), "even": int(id % 2) };
    fixture
        .insert(super::NAME, (1..=8).map(even).collect())
        .await;
    let clause = Clause {
        path: "even".to_owned(),
        test: Test::AnyOf(vec![int(0)]),
    };
    let filter = Filter {
        clauses: vec![clause],
        raw: None,
    };
    for sort in [Sort::by_id(false), by("v", false)] {
        let query = Query {
            filter: filter.clone(),
            sort,
            ..question(2)
        };
        let rows = super::walk_through(fixture, query, false).await;
        let seen: Vec<_> = rows.into_iter().map(|row| row.id).collect();
        assert_eq!(seen, ints([2, 4, 6, 8]));
    }
}
