//! A web server where MongoDB should be. The driver is stopped in the midst of its attempts, and
//! nothing of that may stand beside the answer.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::{Program, text};

/// Answers everything as a web server does.
fn web_server() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 512]);
                let answer = "HTTP/1.0 400 Bad Request\r\nContent-Length: 5\r\n\r\nhello";
                let _ = stream.write_all(answer.as_bytes());
            });
        }
    });
    port
}

#[test]
fn the_driver_ends_before_the_program_and_without_a_word() {
    let port = web_server();
    // Waits of many lengths, to end in many moments of the driver's own rhythm of half a second.
    std::thread::scope(|scope| {
        for lane in 0..4 {
            scope.spawn(move || (1..=10).for_each(|step| ask(port, step * 131 + lane * 17)));
        }
    });
}

/// The whole of what is said is one line, the error.
fn ask(port: u16, wait: u32) {
    let uri = format!("mongodb://127.0.0.1:{port}/?serverSelectionTimeoutMS={wait}");
    let command = [&["ls", "memcells"], &["get", "memcells:1"]][wait as usize % 2];
    let mut line = command.to_vec();
    line.extend(["--json", "--mongo-uri", &uri]);
    let error = Program::new().run(&line).ended(3).error();
    let message = text(&error, "message");
    assert!(message.contains(&port.to_string()), "{message}");
}

#[test]
fn the_doctor_says_that_it_is_another_server() {
    let uri = format!("mongodb://127.0.0.1:{}/", web_server());
    let answer = Program::new().run(&["doctor", "--json", "--mongo-uri", &uri]);
    let answer = answer.ended(3);
    assert_eq!(answer.err, "");
    let steps = answer.json();
    let failed = steps.iter().find(|step| step["verdict"] == "failed");
    assert_eq!(failed.unwrap()["step"], "mongo tls", "{steps:?}");
}
