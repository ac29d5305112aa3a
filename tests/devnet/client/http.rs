//! One HTTP POST on a connection of its own. Plain HTTP only.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

/// Where requests go.
pub(crate) struct Target {
    host: String,
    path: String,
}

/// Why there is no answer.
pub(crate) enum Trouble {
    /// The connection was closed before the first byte.
    Closed,
    TimeLimit,
    Other(String),
}

impl Target {
    /// Reads a URL; the fault is Go's.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        if url.is_empty() {
            return Err("dial unix: missing address".to_owned());
        }
        let Some((scheme, rest)) = url.split_once("://") else {
            let first = url.split('/').next().unwrap_or_default();
            if first.contains(':') {
                return Err(format!(
                    "parse \"{url}\": first path segment in URL cannot contain colon"
                ));
            }
            return Err(format!(
                "dial unix {url}: connect: no such file or directory"
            ));
        };
        if scheme != "http" {
            return Err(format!("no known transport for URL scheme \"{scheme}\""));
        }
        let (place, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = place.rsplit_once('@').map_or(place, |(_, host)| host);
        let host = if host.contains(':') {
            host.to_owned()
        } else {
            format!("{host}:80")
        };
        Ok(Self {
            host,
            path: format!("/{path}"),
        })
    }

    /// Sends a body; returns status and body of the answer.
    pub(crate) fn post(&self, body: &str, end: Option<Instant>) -> Result<(u16, Vec<u8>), Trouble> {
        let mut stream = self.connect(end)?;
        let request = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: fasthttp\r\nAccept: application/json\r\n\
             Content-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.path,
            self.host,
            body.len()
        );
        stream
            .write_all(request.as_bytes())
            .ok()
            .ok_or(Trouble::Closed)?;
        let mut answer = Vec::new();
        let mut buffer = vec![0; 64 << 10];
        loop {
            if let Some((head, Some(length))) = head(&answer)
                && answer.len() >= head + length
            {
                return Ok(read(&answer, head));
            }
            stream.set_read_timeout(left(end)?).expect("not zero");
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(bytes) => answer.extend_from_slice(&buffer[..bytes]),
                Err(why) if matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Err(Trouble::TimeLimit);
                }
                Err(_) => break,
            }
        }
        match head(&answer) {
            Some((head, None)) => Ok(read(&answer, head)),
            Some(_) => Err(Trouble::Other("unexpected EOF".to_owned())),
            None => Err(Trouble::Closed),
        }
    }

    fn connect(&self, end: Option<Instant>) -> Result<TcpStream, Trouble> {
        let name = self.host.split(':').next().unwrap_or_default();
        let found = self.host.to_socket_addrs().ok();
        let Some(address) = found.and_then(|mut all| all.find(std::net::SocketAddr::is_ipv4))
        else {
            return Err(Trouble::Other(format!("lookup {name}: no such host")));
        };
        let limit = left(end)?.unwrap_or(Duration::from_secs(3));
        TcpStream::connect_timeout(&address, limit).map_err(|why| match why.kind() {
            ErrorKind::TimedOut => Trouble::TimeLimit,
            ErrorKind::ConnectionRefused => {
                Trouble::Other(format!("dial tcp4 {address}: connect: connection refused"))
            }
            _ => Trouble::Other(format!("dial tcp4 {address}: connect: {why}")),
        })
    }
}

/// What is left of a time limit, more than nothing.
fn left(end: Option<Instant>) -> Result<Option<Duration>, Trouble> {
    let Some(end) = end else {
        return Ok(None);
    };
    match end.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(Trouble::TimeLimit),
        left => Ok(Some(left)),
    }
}

/// Where the body begins and how long it will be.
fn head(answer: &[u8]) -> Option<(usize, Option<usize>)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    Some((
        end + 4,
        length.and_then(|length| length.trim().parse().ok()),
    ))
}

fn read(answer: &[u8], head: usize) -> (u16, Vec<u8>) {
    let status = std::str::from_utf8(answer.get(9..12).unwrap_or_default());
    let status = status.ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    (status, answer[head..].to_vec())
}
