//! The thin binary: reads the command line and chooses a front end.

use std::process::ExitCode;

use dualscope::cli::{self, Call, Exit, Screen};

fn main() -> ExitCode {
    let exit = match cli::parse(std::env::args_os()) {
        Ok(Call::Headless(command)) => cli::run(command),
        Ok(Call::Screen(screen)) => open_screen(screen),
        Err(exit) => exit,
    };
    exit.into()
}

/// THE CALL SITE OF THE SCREEN: `tui` is started here with what the command line says.
fn open_screen(_screen: Screen) -> Exit {
    cli::report(
        Exit::Usage,
        "this build has no screen yet; see `dualscope --help`",
    )
}
