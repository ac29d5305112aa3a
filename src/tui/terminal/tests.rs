//! Everything that is switched on is switched off, once, whoever asks first.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use super::*;

/// Remembers what it was told.
#[derive(Debug, Default)]
struct Fake {
    said: Mutex<String>,
    deaf: AtomicBool,
}

impl Tty for Fake {
    fn raw(&self, on: bool) -> io::Result<()> {
        self.said
            .lock()
            .unwrap()
            .push_str(if on { "<raw>" } else { "<cooked>" });
        Ok(())
    }

    fn send(&self, bytes: &[u8]) -> io::Result<()> {
        if self.deaf.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let text = String::from_utf8_lossy(bytes).replace('\x1b', "^");
        self.said.lock().unwrap().push_str(&text);
        Ok(())
    }
}

impl Fake {
    fn take(&self) -> String {
        std::mem::take(&mut self.said.lock().unwrap())
    }
}

const LEFT: &str = "^[?2004l^[0m^[?1049l^[?25h<cooked>";

#[test]
fn what_is_switched_on_is_switched_off() {
    let tty = Arc::new(Fake::default());
    let guard = Guard::enter(tty.clone(), false).unwrap();
    assert_eq!(tty.take(), "<raw>^[?1049h^[2J^[?25l^[?2004h");
    drop(guard);
    assert_eq!(tty.take(), LEFT);
}

#[test]
fn leaving_twice_is_leaving_once_and_late_frames_go_nowhere() {
    let tty = Arc::new(Fake::default());
    let guard = Guard::enter(tty.clone(), false).unwrap();
    let mut out = guard.out();
    tty.take();
    out.write_all(b"frame").unwrap();
    guard.leave().unwrap();
    guard.leave().unwrap();
    out.write_all(b"late frame").unwrap();
    drop(guard);
    assert_eq!(tty.take(), format!("frame{LEFT}"));
}

#[test]
fn the_mouse_goes_with_us_and_comes_back_with_us() {
    let tty = Arc::new(Fake::default());
    let guard = Guard::enter(tty.clone(), false).unwrap();
    guard.mouse(true).unwrap();
    guard.mouse(true).unwrap();
    assert_eq!(tty.take().matches("^[?1000h").count(), 1);
    guard.leave().unwrap();
    let left = tty.take();
    assert!(left.contains("^[?1000l") && left.ends_with(LEFT), "{left}");
    guard.enter_again().unwrap();
    let entered = tty.take();
    assert!(
        entered.starts_with("<raw>") && entered.contains("^[?1000h"),
        "{entered}"
    );
    guard.mouse(false).unwrap();
    tty.take();
    drop(guard);
    assert_eq!(tty.take(), LEFT);
}

#[test]
fn after_a_stop_from_outside_all_modes_are_set_anew() {
    let tty = Arc::new(Fake::default());
    let guard = Guard::enter(tty.clone(), false).unwrap();
    let entered = tty.take();
    guard.enter_again().unwrap();
    assert_eq!(tty.take(), format!("{LEFT}{entered}"));
}

#[test]
fn a_deaf_terminal_still_gets_its_line_discipline_back() {
    let tty = Arc::new(Fake::default());
    tty.deaf.store(true, Ordering::SeqCst);
    assert!(Guard::enter(tty.clone(), false).is_err());
    assert_eq!(tty.take(), "<raw><cooked>");
}

/// The hook belongs to the whole process: both stories are one test.
#[test]
fn a_panic_here_restores_first_and_a_panic_elsewhere_restores_nothing() {
    let tty = Arc::new(Fake::default());
    let guard = Guard::enter(tty.clone(), false).unwrap();
    tty.take();
    let heard = tty.clone();
    let say = Arc::new(move |text: &str| heard.said.lock().unwrap().push_str(text));
    let hook = guard.hook_to(Some("/tmp/some.log".into()), say);

    let elsewhere = thread::spawn(|| panic!("secret of a task")).join();
    assert!(elsewhere.is_err());
    assert_eq!(tty.take(), "");
    assert!(guard.is_on());

    let here = catch_unwind(AssertUnwindSafe(|| panic!("secret of a document")));
    assert!(here.is_err());
    drop(hook);
    let said = tty.take();
    assert!(said.starts_with(LEFT), "{said}");
    assert!(
        said.contains("tests.rs:") && said.contains("/tmp/some.log"),
        "{said}"
    );
    assert!(!said.contains("secret"), "{said}");
}
