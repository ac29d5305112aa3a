//! The HTTP front of an emulated node: what it accepts, how it words its refusals, and the order
//! of answers. The methods themselves are the trait's, behind an `RpcModule`.

use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use jsonrpsee::Methods;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::calls::{self, Answer};
use super::fault::Fault;
use super::shared::Shared;

const MAX_REQUEST: usize = 10 << 20;

type Body = BoxBody<Bytes, std::io::Error>;

/// The connection is to be closed without an answer.
#[derive(Debug)]
struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed on purpose")
    }
}

impl std::error::Error for Closed {}

/// A server with its method table.
pub struct Service {
    pub shared: Arc<Shared>,
    pub methods: Methods,
}

/// Accepts connections until dropped.
pub async fn serve(listener: TcpListener, service: Service) {
    let service = Arc::new(service);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((socket, _)) = listener.accept() => {
                service.shared.control().counts.connections += 1;
                connections.spawn(connection(socket, Arc::clone(&service)));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(socket: TcpStream, service: Arc<Service>) {
    let _ = socket.set_nodelay(true);
    let handler = service_fn(move |request| answer(Arc::clone(&service), request));
    // An error here is a client that left or a connection closed on purpose.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(socket), handler)
        .await;
}

async fn answer(
    service: Arc<Service>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Closed> {
    service.shared.control().counts.requests += 1;
    if let Some(refusal) = refuse(&request) {
        return Ok(refusal);
    }
    let Ok(body) = Limited::new(request.into_body(), MAX_REQUEST)
        .collect()
        .await
    else {
        return Ok(too_big());
    };
    let body = body.to_bytes();
    if body.is_empty() {
        let parse = calls::parse_error();
        return Ok(text(StatusCode::BAD_REQUEST, "application/json", parse));
    }
    let asked = calls::parse(&body);
    let methods: Vec<&str> = asked.methods().collect();
    let fault = service.shared.control().request_fault(&methods);
    tokio::time::sleep(service.shared.options.delay).await;
    match before_answer(&service, fault.as_ref()).await {
        Early::Answer(response) => return Ok(response),
        Early::Close => return Err(Closed),
        Early::Go => {}
    }
    let answer = match calls::run(&service, asked).await {
        Answer::Body(body) => body,
        // A notification.
        Answer::Nothing => String::new(),
    };
    {
        let counts = &mut service.shared.control().counts;
        counts.longest_answer = counts.longest_answer.max(answer.len());
    }
    Ok(match fault {
        Some(Fault::Lost) => return Err(Closed),
        Some(Fault::Truncated) => json(answer[..answer.len() / 2].to_owned()),
        Some(Fault::CutBody) => cut_body(&answer),
        _ => json(answer),
    })
}

/// The checks that come before the body is read.
fn refuse(request: &Request<Incoming>) -> Option<Response<Body>> {
    let plain = |status, words: &str| Some(text(status, "text/plain", words.to_owned()));
    if request.method() != Method::POST {
        let words = "Used HTTP Method is not allowed. POST or OPTIONS is required\n";
        return plain(StatusCode::METHOD_NOT_ALLOWED, words);
    }
    if request.headers().get_all(HOST).iter().count() != 1 {
        return plain(
            StatusCode::BAD_REQUEST,
            "Exactly one Host header is required\n",
        );
    }
    let mut types = request.headers().get_all(CONTENT_TYPE).iter();
    let kind = types.next().and_then(|v| v.to_str().ok()).unwrap_or("");
    let known = [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=utf-8",
    ];
    if types.next().is_some() || !known.iter().any(|k| kind.eq_ignore_ascii_case(k)) {
        let words =
            "Supplied content type is not allowed. Content-Type: application/json is required\n";
        return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, words);
    }
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced = announced.and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    announced.is_some_and(|n| n > MAX_REQUEST).then(too_big)
}

enum Early {
    Answer(Response<Body>),
    Close,
    Go,
}

async fn before_answer(service: &Service, fault: Option<&Fault>) -> Early {
    let Some(fault) = fault else {
        return Early::Go;
    };
    Early::Answer(match fault {
        Fault::Status(code) => {
            let status = StatusCode::from_u16(*code).expect("a status code");
            text(status, "text/plain", format!("{status}\n"))
        }
        Fault::Html => {
            let page = "<!DOCTYPE html><html><body><h1>It works!</h1></body></html>";
            text(StatusCode::OK, "text/html", page.to_owned())
        }
        Fault::Body(body) => json(body.clone()),
        Fault::TooLong(length) => {
            let mut body = String::from(r#"{"jsonrpc":"2.0","id":0,"result":""#);
            body.extend(std::iter::repeat_n('a', length.saturating_sub(body.len())));
            json(body)
        }
        Fault::Endless => endless(),
        Fault::Close => return Early::Close,
        Fault::Silence => service.shared.hang().await,
        Fault::Delay(duration) => {
            tokio::time::sleep(*duration).await;
            return Early::Go;
        }
        _ => return Early::Go,
    })
}

fn text(status: StatusCode, kind: &str, words: String) -> Response<Body> {
    let body = Full::from(words).map_err(|never: Infallible| match never {});
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, kind)
        .body(body.boxed())
        .expect("a response")
}

fn json(words: String) -> Response<Body> {
    text(StatusCode::OK, "application/json; charset=utf-8", words)
}

fn too_big() -> Response<Body> {
    let body = calls::error_text("null", -32701, "Request is too big", None);
    text(StatusCode::PAYLOAD_TOO_LARGE, "application/json", body)
}

/// Announces the whole and breaks off half way.
fn cut_body(answer: &str) -> Response<Body> {
    let half = Bytes::copy_from_slice(&answer.as_bytes()[..answer.len() / 2]);
    let broken = std::io::Error::other("cut on purpose");
    let parts = futures_util::stream::iter([Ok(Frame::data(half)), Err(broken)]);
    let body = BodyExt::boxed(StreamBody::new(parts));
    Response::builder()
        .header(CONTENT_TYPE, "application/json")
        .header(CONTENT_LENGTH, answer.len())
        .body(body)
        .expect("a response")
}

/// Says no length and goes on until the client has enough.
fn endless() -> Response<Body> {
    let chunk = Bytes::from(vec![b' '; 64 << 10]);
    let first = Bytes::from_static(br#"{"jsonrpc":"2.0","id":0,"result":""#);
    let parts = futures_util::stream::iter(
        std::iter::once(first)
            .chain(std::iter::repeat(chunk))
            .map(|bytes| Ok(Frame::data(bytes))),
    );
    Response::builder()
        .header(CONTENT_TYPE, "application/json")
        .body(BodyExt::boxed(StreamBody::new(parts)))
        .expect("a response")
}
