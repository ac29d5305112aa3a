//! What a server said, short enough for a line and cut between words only.

use dualscope::domain::text::one_line;

/// At most about `most` cells; what is left out is marked.
pub fn clause(said: &str, most: usize) -> String {
    let whole = one_line(said, 10_000);
    if whole.chars().count() <= most {
        return whole;
    }
    let cut: String = whole.chars().take(most + 1).collect();
    let end = cut.rfind(' ').unwrap_or(most);
    let kept: String = cut.chars().take(cut[..end].chars().count()).collect();
    format!("{} ...", kept.trim_end_matches([' ', ',', ';', ':']))
}
