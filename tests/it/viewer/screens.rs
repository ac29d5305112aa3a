//! What the views look like, at the smallest comfortable size and at a large one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use dualscope::app::viewer::{View, Viewer};
use dualscope::domain::{Head, Sight, State, Stored, Version};
use dualscope::task::event::Inspection;
use dualscope::ui::theme::Theme;
use dualscope::ui::viewer as picture;

use super::{
    diagnosis, drifted, episode, episode_lite, full_only, full_value, inspection, lite, stored,
    text, value, viewer,
};

/// The screen as text; the cursor's row is marked.
fn screen(viewer: &Viewer, (width, height): (u16, u16)) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    picture::draw(viewer, &Theme::default(), true, area, &mut buffer);
    let mut text = String::new();
    for y in 0..height {
        let mut skip = 0;
        let mut row = String::new();
        for x in 0..width {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                row.push_str(symbol);
                skip = unicode_width::UnicodeWidthStr::width(symbol).max(1);
            }
            skip -= 1;
        }
        let cursor = viewer.cursor().map(|row| row + 1) == Some(usize::from(y));
        text.push(if cursor { '>' } else { ' ' });
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

fn snapshots(name: &str, views: &[View], inspection: &Inspection, act: impl Fn(&mut Viewer)) {
    for size in SIZES {
        let mut shown = viewer(size, inspection.clone());
        shown.set_stream(Some("0x93c1f2be".into()));
        for view in views {
            shown.set_view(*view);
            act(&mut shown);
            let name = format!("{name}_{}_{}", view.name().to_lowercase(), size.0);
            insta::assert_snapshot!(name, screen(&shown, size));
        }
    }
}

#[test]
fn a_healthy_episode() {
    let inspection = inspection(episode_lite(), stored(&episode()));
    snapshots("healthy", &View::ALL, &inspection, |_| {});
}

#[test]
fn a_long_string_unfolded() {
    let inspection = inspection(episode_lite(), stored(&episode()));
    snapshots("long_string", &[View::Full], &inspection, |viewer| {
        viewer.find("episode");
        viewer.clear_find();
        viewer.unfold();
    });
}

#[test]
fn a_vector_unfolded() {
    let inspection = inspection(episode_lite(), stored(&episode()));
    snapshots("vector", &[View::Full], &inspection, |viewer| {
        viewer.find("1000.5e-3");
    });
}

#[test]
fn a_drifted_document() {
    snapshots("drifted", &[View::Diff], &drifted(), |_| {});
    snapshots("drifted_open", &[View::Diff], &drifted(), |viewer| {
        viewer.find("longer than any");
    });
}

#[test]
fn a_tombstone() {
    let version = Version(812);
    let stored = Sight::Seen(Stored::Tombstone { version });
    let mut inspection = inspection(episode_lite(), stored);
    inspection.diagnosis = diagnosis(State::Tombstoned, "tombstoned at version 812, still listed");
    let version = Version(799);
    inspection.before = Some(Head::Value {
        version,
        size: 23_412,
    });
    snapshots(
        "tombstone",
        &[View::Full, View::Diff, View::Raw],
        &inspection,
        |_| {},
    );
}

#[test]
fn never_written_and_not_listed() {
    let mut inspection = inspection(Sight::Seen(None), Sight::Seen(Stored::Absent));
    inspection.diagnosis = diagnosis(State::NeverWritten, "in neither store");
    snapshots("absent", &View::ALL, &inspection, |_| {});
}

#[test]
fn neither_store_can_tell() {
    let why = |text: &str| text.into();
    let mut inspection = inspection(
        Sight::Unknown(why("no answer from 10.0.0.7:27017 within 5 s")),
        Sight::Unknown(why("connection refused by http://10.0.0.7:6789")),
    );
    inspection.diagnosis = diagnosis(
        State::Unknown,
        "can't tell: connection refused by http://10.0.0.7:6789",
    );
    snapshots("unknown", &View::ALL, &inspection, |_| {});
}

#[test]
fn not_json() {
    let raw =
        br#"{"id": "6979da5797f9041fc0aa0640", "vector": [0.1, NaN], "text": "caf\u00e9 ok"}"#;
    let mut inspection = inspection(episode_lite(), Sight::Seen(value(raw)));
    inspection.diagnosis = diagnosis(State::Undecodable, "not JSON at byte 51");
    snapshots(
        "not_json",
        &[View::Full, View::Raw],
        &inspection,
        |viewer| {
            viewer.to_fault();
        },
    );
}

#[test]
fn not_text() {
    let raw: Vec<u8> = (0..=255_u8).collect();
    let mut inspection = inspection(episode_lite(), Sight::Seen(value(&raw)));
    inspection.diagnosis = diagnosis(State::Undecodable, "not UTF-8 at byte 128");
    snapshots(
        "not_text",
        &[View::Full, View::Raw],
        &inspection,
        |viewer| {
            viewer.to_fault();
        },
    );
}

#[test]
fn text_of_every_width_and_direction() {
    let inspection = full_only(concat!(
        r#"{"日本語":"京都へ旅行しました。駅でアリスに会った。京都へ旅行しました。駅でアリスに会った。京都へ旅行しました。","#,
        r#""emoji":"👩‍👩‍👧‍👦 🇯🇵 👍🏽 ❤️ e\u0301 é","#,
        r#""escaped":"\u4eac\u90fd \ud83d\ude00 \ud83d lone","#,
        r#""rtl":"שלום עולם مرحبا بالعالم","hindi":"नमस्ते दुनिया","thai":"สวัสดีชาวโลก","zalgo":"z̸̢̛̗̜͎̀̈́"}"#,
    ));
    snapshots("wide", &[View::Full, View::Raw], &inspection, |_| {});
}

#[test]
fn escape_sequences_are_shown_and_never_run() {
    let text_in_mongo = "red \u{1b}[31m, bell \u{7}, bidi \u{202e}txt, zero\u{200b}width";
    let mut inspection = full_only(
        "{\"title\":\"\\u001b[2J\\u001b]0;owned\\u0007 \u{202e}evil\u{202c} a\u{200b}b\",\"\\u001b[31mkey\":\"tab\\tline\\nnext\\\\n \u{9b}31m \u{7f}\"}",
    );
    inspection.document.lite = lite(vec![
        ("_id", text("x")),
        ("na\u{1b}me", text(text_in_mongo)),
    ]);
    snapshots(
        "escapes",
        &[View::Full, View::Lite, View::Raw],
        &inspection,
        |_| {},
    );
}

#[test]
fn secrets_stay_hidden_until_asked_for() {
    let mut inspection = full_value(dualscope::domain::codec::decode(
        br#"{"id":"6979da5797f9041fc0aa0640","user_id":"alice","api_key":"sk-very-secret","nested":{"wallet":"0xabc"}}"#.as_slice().into(),
    ));
    inspection.document.key.collection = dualscope::domain::Collection::new("user_secrets");
    inspection.document.lite = lite(vec![
        ("_id", text("a")),
        ("user_id", text("alice")),
        ("api_key", text("sk-very-secret")),
    ]);
    snapshots(
        "secret",
        &[View::Full, View::Lite, View::Raw],
        &inspection,
        |_| {},
    );
}
