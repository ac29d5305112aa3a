//! Which items of two lists belong together. Knows numbers only, nothing of JSON.

use std::collections::HashMap;

/// The largest table that is filled in; beyond it only items that occur once are aligned.
const CELLS: usize = 1 << 16;

/// For each new item the old item with the same content, so that the order is kept: the longest
/// such list where the lists are short, a good one otherwise.
pub(super) fn in_order(old: &[u64], new: &[u64]) -> Vec<Option<usize>> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (a, b) = (&old[head..], &new[head..]);
    let tail = a.iter().rev().zip(b.iter().rev());
    let tail = tail.take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    let middle = if a.len().saturating_mul(b.len()) <= CELLS {
        by_score(a.len(), b.len(), |row, column| {
            u32::from(a[row] == b[column])
        })
    } else {
        anchors(a, b)
    };
    let mut found: Vec<Option<usize>> =
        (0..new.len()).map(|at| (at < head).then_some(at)).collect();
    for (row, column) in middle {
        found[head + column] = Some(head + row);
    }
    for back in 1..=tail {
        found[new.len() - back] = Some(old.len() - back);
    }
    found
}

/// Pairs of a row and a column, both rising, whose scores have the greatest sum. Only pairs with a
/// score are made.
pub(super) fn by_score(
    rows: usize,
    columns: usize,
    score: impl Fn(usize, usize) -> u32,
) -> Vec<(usize, usize)> {
    let width = columns + 1;
    // best[row][column]: the sum that can be had from there on
    let mut best = vec![0_u32; (rows + 1) * width];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            let here = row * width + column;
            let both = match score(row, column) {
                0 => 0,
                points => points.saturating_add(best[here + width + 1]),
            };
            best[here] = both.max(best[here + 1]).max(best[here + width]);
        }
    }
    let (mut row, mut column, mut pairs) = (0, 0, Vec::new());
    while row < rows && column < columns {
        let here = row * width + column;
        let points = score(row, column);
        if points > 0 && best[here] == points.saturating_add(best[here + width + 1]) {
            pairs.push((row, column));
            row += 1;
            column += 1;
        } else if best[here] == best[here + width] {
            row += 1;
        } else {
            column += 1;
        }
    }
    pairs
}

/// Pairs of what occurs once on both sides, as many as keep the order.
fn anchors(old: &[u64], new: &[u64]) -> Vec<(usize, usize)> {
    let (olds, news) = (single(old), single(new));
    let mut pairs: Vec<(usize, usize)> = news
        .iter()
        .filter_map(|(content, column)| Some(((*olds.get(content)?)?, (*column)?)))
        .collect();
    pairs.sort_unstable_by_key(|(_, column)| *column);
    let rows: Vec<usize> = pairs.iter().map(|(row, _)| *row).collect();
    let stays = rising(&rows);
    let kept = pairs.into_iter().zip(stays);
    kept.filter_map(|(pair, stays)| stays.then_some(pair))
        .collect()
}

/// The place of each content; nothing where it has several.
fn single(list: &[u64]) -> HashMap<u64, Option<usize>> {
    let mut places = HashMap::with_capacity(list.len());
    for (at, content) in list.iter().enumerate() {
        places
            .entry(*content)
            .and_modify(|place| *place = None)
            .or_insert(Some(at));
    }
    places
}

/// Which members of a list make up a longest rising one; all others have been moved.
pub(super) fn rising(list: &[usize]) -> Vec<bool> {
    // ends[n]: where the rising list of n + 1 members with the smallest last member ends
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(list.len());
    for (at, value) in list.iter().enumerate() {
        let length = ends.partition_point(|end| list[*end] < *value);
        before.push(length.checked_sub(1).map(|last| ends[last]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut stays = vec![false; list.len()];
    let mut at = ends.last().copied();
    while let Some(here) = at {
        stays[here] = true;
        at = before[here];
    }
    stays
}
