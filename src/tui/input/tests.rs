//! Every event has an answer.

use ratatui::crossterm::event::KeyEventState;
use rstest::rstest;

use super::*;

fn pressed(code: KeyCode, modifiers: KeyModifiers) -> Option<String> {
    let event = Event::Key(KeyEvent::new(code, modifiers));
    match Translator::default().input(event, 0)? {
        Input::Key(chord) => Some(chord.to_string()),
        other => panic!("{other:?}"),
    }
}

const NONE: KeyModifiers = KeyModifiers::NONE;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const ALT: KeyModifiers = KeyModifiers::ALT;

#[rstest]
#[case(KeyCode::Char('j'), NONE, "j")]
#[case(KeyCode::Char('G'), SHIFT, "G")]
#[case(KeyCode::Char('g'), SHIFT, "G")]
#[case(KeyCode::Char('?'), SHIFT, "?")]
#[case(KeyCode::Char('P'), CTRL.union(SHIFT), "ctrl-p")]
#[case(KeyCode::Char('p'), CTRL, "ctrl-p")]
#[case(KeyCode::Char('x'), ALT, "alt-x")]
#[case(KeyCode::Char('世'), NONE, "世")]
#[case(KeyCode::Char(' '), NONE, "space")]
#[case(KeyCode::BackTab, SHIFT, "shift-tab")]
#[case(KeyCode::BackTab, NONE, "shift-tab")]
#[case(KeyCode::Tab, NONE, "tab")]
#[case(KeyCode::Enter, ALT, "alt-enter")]
#[case(KeyCode::Up, SHIFT, "shift-up")]
#[case(KeyCode::F(1), NONE, "f1")]
fn keys_are_spelled_as_in_key_files(
    #[case] code: KeyCode,
    #[case] modifiers: KeyModifiers,
    #[case] spelled: &str,
) {
    assert_eq!(pressed(code, modifiers).as_deref(), Some(spelled));
    assert_eq!(spelled.parse::<Chord>().unwrap().to_string(), spelled);
}

#[test]
fn the_keypad_types_what_is_on_it() {
    let key = KeyEvent::new_with_kind_and_state(
        KeyCode::Char('5'),
        NONE,
        KeyEventKind::Repeat,
        KeyEventState::KEYPAD,
    );
    let input = Translator::default().input(Event::Key(key), 0);
    assert_eq!(input, Some(Input::Key(Chord::plain(Key::Char('5')))));
}

#[test]
fn what_means_nothing_is_nothing() {
    let release = KeyEvent::new_with_kind(KeyCode::Char('j'), NONE, KeyEventKind::Release);
    for event in [
        Event::Key(release),
        Event::Key(KeyEvent::new(KeyCode::CapsLock, NONE)),
        Event::Key(KeyEvent::new(KeyCode::Null, CTRL)),
        Event::FocusGained,
        Event::FocusLost,
        mouse(MouseEventKind::Moved, 1),
        mouse(MouseEventKind::Down(MouseButton::Right), 1),
        mouse(MouseEventKind::Drag(MouseButton::Left), 1),
        mouse(MouseEventKind::Up(MouseButton::Left), 1),
        mouse(MouseEventKind::ScrollLeft, 1),
    ] {
        assert_eq!(Translator::default().input(event, 0), None);
    }
}

fn mouse(kind: MouseEventKind, column: u16) -> Event {
    Event::Mouse(MouseEvent {
        kind,
        column,
        row: 2,
        modifiers: NONE,
    })
}

#[test]
fn two_quick_clicks_on_one_cell_are_a_double_click() {
    let mut translator = Translator::default();
    let mut click =
        |column, at| translator.input(mouse(MouseEventKind::Down(MouseButton::Left), column), at);
    let single = |column| Some(Input::Mouse(Mouse::Click(column, 2)));
    assert_eq!(click(7, 1000), single(7));
    assert_eq!(click(7, 1300), Some(Input::Mouse(Mouse::DoubleClick(7, 2))));
    assert_eq!(click(7, 1400), single(7), "a third one starts again");
    assert_eq!(click(8, 1500), single(8), "another cell");
    assert_eq!(click(8, 2500), single(8), "too late");
}

#[test]
fn of_many_sizes_the_last_counts_and_turns_of_the_wheel_add_up() {
    let mut inputs = Vec::new();
    for next in [
        Input::Resize(80, 24),
        Input::Resize(81, 24),
        Input::Mouse(Mouse::Scroll(1, 1, 1)),
        Input::Mouse(Mouse::Scroll(1, 1, 1)),
        Input::Mouse(Mouse::Scroll(1, 1, -3)),
        Input::Mouse(Mouse::Scroll(2, 1, i16::MAX)),
        Input::Mouse(Mouse::Scroll(2, 1, 1)),
        Input::Resize(100, 30),
    ] {
        push(&mut inputs, next);
    }
    let expected = [
        Input::Resize(81, 24),
        Input::Mouse(Mouse::Scroll(1, 1, -1)),
        Input::Mouse(Mouse::Scroll(2, 1, i16::MAX)),
        Input::Resize(100, 30),
    ];
    assert_eq!(inputs, expected);
}
