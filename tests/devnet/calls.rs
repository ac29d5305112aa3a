//! JSON-RPC framing of an emulated node: which calls a body holds, and how they are answered.

use std::borrow::Cow;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;
use serde_json::value::RawValue;

use super::fault::Fault;
use super::front::Service;

/// The calls of one request.
pub struct Asked {
    calls: Vec<Result<Call, String>>,
    batch: bool,
}

struct Call {
    /// The id's JSON; none for a notification.
    id: Option<String>,
    method: String,
    text: String,
}

impl Asked {
    /// The methods called.
    pub fn methods(&self) -> impl Iterator<Item = &str> {
        self.calls.iter().flatten().map(|call| call.method.as_str())
    }
}

/// What goes back.
pub enum Answer {
    Body(String),
    Nothing,
}

/// Reads a body; faults become their answers right away.
pub fn parse(body: &[u8]) -> Asked {
    let Ok(raw) = serde_json::from_slice::<&RawValue>(body) else {
        return Asked {
            calls: vec![Err(parse_error())],
            batch: false,
        };
    };
    if !raw.get().starts_with('[') {
        return Asked {
            calls: vec![call(raw)],
            batch: false,
        };
    }
    let items: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
    if items.is_empty() {
        return Asked {
            calls: vec![Err(error_text("null", -32600, "Invalid request", None))],
            batch: false,
        };
    }
    Asked {
        calls: items.into_iter().map(call).collect(),
        batch: true,
    }
}

fn call(raw: &RawValue) -> Result<Call, String> {
    let value: Value = serde_json::from_str(raw.get()).unwrap_or_default();
    let id = value.get("id").map(Value::to_string);
    let method = value.get("method").and_then(Value::as_str);
    match method {
        Some(method) if value["jsonrpc"] == "2.0" => Ok(Call {
            id,
            method: method.to_owned(),
            text: raw.get().to_owned(),
        }),
        _ => Err(error_text(
            id.as_deref().unwrap_or("null"),
            -32600,
            "Invalid request",
            None,
        )),
    }
}

/// Answers all calls. A batch comes back with unknown methods first and the rest in the order of
/// completion, which here is always the reverse of the order asked.
pub async fn run(service: &Service, asked: Asked) -> Answer {
    {
        let counts = &mut service.shared.control().counts;
        let items = if asked.batch { asked.calls.len() } else { 0 };
        counts.longest_batch = counts.longest_batch.max(items);
    }
    if !asked.batch {
        let one = asked.calls.into_iter().next().expect("one call");
        return match run_one(service, one).await.0 {
            Some(text) => Answer::Body(text),
            None => Answer::Nothing,
        };
    }
    let running: FuturesUnordered<_> = asked
        .calls
        .into_iter()
        .enumerate()
        .map(|(at, call)| async move { (at, run_one(service, call).await) })
        .collect();
    let mut done: Vec<_> = running.collect().await;
    done.sort_by_key(|(at, (_, known))| (*known, std::cmp::Reverse(*at)));
    let texts: Vec<String> = done.into_iter().filter_map(|(_, (text, _))| text).collect();
    Answer::Body(format!("[{}]", texts.join(",")))
}

/// The answer to one call, and whether its method is known.
async fn run_one(service: &Service, call: Result<Call, String>) -> (Option<String>, bool) {
    let call = match call {
        Ok(call) => call,
        Err(answer) => return (Some(answer), false),
    };
    let (fault, hook) = {
        let mut control = service.shared.control();
        (
            control.call_fault(&call.method),
            control.called(&call.method),
        )
    };
    if let Some(hook) = hook {
        hook(&mut service.shared.state());
    }
    let known = service.methods.method(&call.method).is_some();
    let Some(id) = call.id.clone() else {
        return (None, known);
    };
    let right = answer_of(service, &call, &id).await;
    let answer = match fault {
        None => right,
        Some(Fault::Missing) => return (None, known),
        Some(Fault::WrongId) => with_id(&right, 987_654_321),
        Some(Fault::DoubledId) => with_id(&right, id.parse::<u64>().map_or(0, |id| id - 1)),
        Some(Fault::Result(value)) => {
            format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{value}}}"#)
        }
        Some(Fault::Error {
            code,
            message,
            data,
        }) => error_text(&id, code, &message, data.as_deref()),
        Some(other) => panic!("{other:?} spoils a whole request"),
    };
    (Some(answer), known)
}

async fn answer_of(service: &Service, call: &Call, id: &str) -> String {
    if let Some(name) = camel_case_parameter(&call.text) {
        let message = format!("unknown field `{name}`");
        return error_text(id, -32602, &message, None);
    }
    let answer = match service.methods.raw_json_request(&call.text, 1).await {
        Ok((answer, _)) => answer.get().to_owned(),
        Err(_) => return error_text(id, -32600, "Invalid request", None),
    };
    if answer.len() > service.shared.options.max_response {
        return error_text(id, -32702, "Response is too big", None);
    }
    as_the_node_words_it(&answer, id).into_owned()
}

/// Named parameters are the Rust names; the macro of today would take camel case too.
fn camel_case_parameter(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    let names = value.get("params")?.as_object()?;
    names
        .keys()
        .find(|name| name.contains(char::is_uppercase))
        .cloned()
}

/// The node's older library puts the reason of a parameter fault into the message, without data.
fn as_the_node_words_it<'a>(answer: &'a str, id: &str) -> Cow<'a, str> {
    if !answer.contains(r#""Invalid params""#) {
        return Cow::Borrowed(answer);
    }
    let value: Value = serde_json::from_str(answer).unwrap_or_default();
    let reason = value["error"]["data"].as_str().unwrap_or("Invalid params");
    Cow::Owned(error_text(id, -32602, reason, None))
}

fn with_id(answer: &str, id: u64) -> String {
    let mut value: Value = serde_json::from_str(answer).expect("our own answer");
    value["id"] = id.into();
    value.to_string()
}

/// The answer to a body that is not JSON.
pub fn parse_error() -> String {
    error_text("null", -32700, "Parse error", None)
}

/// An error answer.
pub fn error_text(id: &str, code: i32, message: &str, data: Option<&str>) -> String {
    let mut error = serde_json::json!({"code": code, "message": message});
    if let Some(data) = data {
        error["data"] = data.into();
    }
    format!(r#"{{"jsonrpc":"2.0","error":{error},"id":{id}}}"#)
}
