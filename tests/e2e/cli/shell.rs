//! Help, completions, the manual, configuration and paths: what needs no store.

use super::{CANARY, Program, text};

#[test]
fn help_and_version_go_to_standard_output() {
    let program = Program::new();
    let help = program.run(&["--help"]).ended(0);
    assert!(help.text().contains("Examples:") && help.err.is_empty());
    for command in [
        "collections",
        "ls",
        "get",
        "doctor",
        "config",
        "paths",
        "completions",
        "man",
    ] {
        assert!(help.text().contains(command), "{command}");
        let own = program.run(&[command, "--help"]).ended(0).text();
        for flag in [
            "--mongo-uri",
            "--database",
            "--kv-node",
            "--stream",
            "--profile",
            "--service-dir",
            "--config",
            "--read-only",
            "--demo",
            "--json",
        ] {
            assert!(own.contains(flag), "{command} {flag}");
        }
    }
    let version = program.run(&["--version"]).ended(0).text();
    assert_eq!(
        version.trim(),
        concat!("dualscope ", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn every_shell_gets_its_completions() {
    let program = Program::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = program.run(&["completions", shell]).ended(0).text();
        assert!(
            script.contains("dualscope") && script.contains("collections"),
            "{shell}"
        );
    }
}

#[test]
fn the_manual_has_every_command_and_every_exit_code() {
    let page = Program::new().run(&["man"]).ended(0).text();
    assert!(
        page.contains(".TH dualscope") || page.contains(".TH DUALSCOPE"),
        "{page}"
    );
    for command in [
        "collections",
        "ls",
        "get",
        "doctor",
        "config show",
        "config init",
        "paths",
    ] {
        assert!(
            page.contains(&format!(".SS dualscope {command}\n")),
            "{command}"
        );
    }
    assert!(page.contains(".SH \"EXIT STATUS\""));
    let readme = include_str!("../../../README.md");
    let (_, table) = readme.split_once("| exit code | meaning |\n").unwrap();
    let rows = table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    let codes = rows.filter_map(|row| row.split('|').nth(1));
    let codes: Vec<&str> = codes
        .flat_map(|codes| codes.split(','))
        .map(str::trim)
        .collect();
    assert_eq!(codes.len(), 12, "{codes:?}");
    for code in codes {
        assert!(page.contains(&format!("\\fB{code}\\fR")), "{code}");
    }
}

#[test]
fn config_init_writes_once_and_show_tells_every_origin_without_the_password() {
    let program = Program::new();
    let written = program.run(&["config", "init"]).ended(0).text();
    let file = program.home.path().join(".config/dualscope/config.toml");
    assert_eq!(written.trim(), file.display().to_string());
    let again = program.run(&["config", "init"]).ended(2);
    assert!(again.err.contains("--force"), "{}", again.err);
    program.run(&["config", "init", "--force"]).ended(0);

    let uri = format!("mongodb://u:{CANARY}@db.example:27017/");
    let line = ["config", "show", "--mongo-uri", &uri, "--json"];
    let shown = program.run(&line).ended(0).json();
    let of = |name: &str| shown.iter().find(|row| row["name"] == name).unwrap();
    assert_eq!(of("mongo.uri")["origin"], "flag --mongo-uri");
    assert_eq!(
        of("mongo.uri")["value"],
        "mongodb://u:***@db.example:27017/"
    );
    assert_eq!(of("mongo.database")["origin"], "default");
    let table = program.run(&line[..4]).ended(0).text();
    assert!(table.starts_with("SETTING"), "{table}");
}

#[test]
fn paths_are_told_even_when_the_configuration_is_broken() {
    let program = Program::new();
    let rows = program.run(&["paths", "--json"]).ended(0).json();
    let config = rows.iter().find(|row| row["name"] == "config").unwrap();
    assert_eq!(config["exists"], false);
    let file = text(config, "path");

    std::fs::create_dir_all(std::path::Path::new(&file).parent().unwrap()).unwrap();
    std::fs::write(&file, "[mongo]\nurii = 1\n").unwrap();
    let told = program.run(&["paths"]).ended(0);
    assert!(
        told.text().contains(&file) && told.err.contains("urii"),
        "{}",
        told.err
    );
    let refused = program.run(&["config", "show"]).ended(2);
    assert!(
        refused.err.contains("urii") && refused.err.contains("uri"),
        "{}",
        refused.err
    );
}

#[test]
fn paths_fetch_no_secret() {
    let program = Program::new();
    let dir = program.home.path().join(".config/dualscope");
    std::fs::create_dir_all(&dir).unwrap();
    let mark = program.home.path().join("fetched");
    let setting = format!("[mongo]\nuri = \"!touch {}\"\n", mark.display());
    std::fs::write(dir.join("config.toml"), setting).unwrap();
    program.run(&["paths"]).ended(0);
    assert!(!mark.exists());
    program.run(&["config", "show"]).ended(2);
    assert!(
        mark.exists(),
        "the command is run when the secret is wanted"
    );
}
