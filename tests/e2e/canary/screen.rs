//! The screen: what is typed in the editor is a draft and nothing else, and the pages that tell what
//! happened tell nothing of a document.

use super::{Scene, TYPED, found, secrets, texts};
use crate::support::devnet::until;
use crate::support::program::Program;
use crate::support::pty::Pty;

pub(super) fn look(scene: &mut Scene) {
    let pty = start(scene);
    // What the failed commands left open is listed before the browser.
    tells_nothing(&pty, "Unfinished writes");
    pty.send("<esc>");
    pty.until("g1");
    pty.send("R<tab><tab><tab>");
    // A write that fails, and one that does not.
    scene.real.client_fault("fail@start");
    pty.send("D");
    pty.until("y write");
    pty.send("y");
    pty.until("nothing was sent");
    scene.real.client_fault("");
    // An `e` right behind the `y` is the rest of a typed yes; another key ends that.
    pty.send("R");
    pty.until("e edit");
    edit(scene, &pty);
    for (page, title) in [
        ("w", "Tasks"),
        ("w<down><enter>", "Tasks"),
        ("@", "Messages"),
    ] {
        pty.send(page);
        tells_nothing(&pty, title);
        pty.send("<esc>");
        pty.until_screen("the document again", |screen| {
            !screen.contents().contains(title)
        });
    }
    pty.send("<c-c>");
    pty.exit();
    for secret in secrets() {
        assert!(!found(&pty.raw(), &secret), "{}", pty.snapshot());
    }
}

fn start(scene: &Scene) -> Pty {
    let command = scene.real.command(&scene.state, &[]);
    let mut program = Program::dualscope(&[&scene.key]).size(120, 40);
    for (name, value) in command.get_envs() {
        let value = value.and_then(|value| value.to_str());
        if let (Some(name), Some(value)) = (name.to_str(), value.filter(|_| name != "HOME")) {
            program = program.env(name, value);
        }
    }
    program.env("DUALSCOPE_LOG", "trace").start()
}

/// Types a text that is not JSON, and leaves it as a draft.
fn edit(scene: &Scene, pty: &Pty) {
    let word = format!("{TYPED}-screen");
    pty.send("e");
    // What the commands left behind is asked about first.
    pty.until("There is a draft");
    pty.send("e");
    pty.until_screen("the stored value chosen", |screen| {
        let chosen = |row: String| row.contains("▸ edit what is stored");
        screen.rows(0, screen.size().1).any(chosen)
    });
    pty.send("<enter>");
    pty.until("ctrl-s review");
    pty.send("<down><end>");
    pty.send(&word);
    pty.until("not JSON");
    until(|| {
        let mut files = scene.files().into_iter();
        files.any(|(path, bytes)| {
            path.starts_with(scene.state.join("drafts")) && found(&bytes, word.as_bytes())
        })
    });
    pty.send("<esc>");
    pty.until("discard");
    pty.send("<down><enter>");
    pty.until("e edit");
}

/// A page of this title, with nothing of a document on it.
fn tells_nothing(pty: &Pty, title: &str) {
    let needles = texts();
    pty.until_screen(&format!("{title}, and no text of a document"), |screen| {
        let page = screen.contents();
        let held = needles.iter().any(|text| found(page.as_bytes(), text));
        page.contains(title) && !held
    });
}
