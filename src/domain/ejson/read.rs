//! Extended JSON to values, with the byte offset of every fault.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::bson::{Bson, Document, hex_bytes};
use super::super::json::{Fault, Json, Kind, NodeId};
use super::super::time;

/// Deepest nesting that is read; MongoDB stores no more than 100 levels.
const MAX_DEPTH: usize = 100;

/// Reads one value of relaxed or canonical extended JSON. Plain integers become `Int32` where
/// they fit and `Int64` otherwise; a point or an exponent makes a `Double`.
///
/// # Errors
/// The first place that is not extended JSON.
pub fn read(text: &str) -> Result<Bson, Fault> {
    let json = Json::parse(text.into())?;
    Reader { json: &json }.value(json.root(), 0)
}

/// Reads a document of relaxed or canonical extended JSON.
///
/// # Errors
/// The first place that is not extended JSON, or the start when it is not a document.
pub fn read_document(text: &str) -> Result<Document, Fault> {
    match read(text)? {
        Bson::Document(document) => Ok(document),
        other => Err(Fault::new(
            text,
            text.len() - text.trim_start().len(),
            format!(
                "a document {{ ... }} is needed here, not {}",
                other.type_name()
            ),
        )),
    }
}

struct Reader<'a> {
    json: &'a Json,
}

type Outcome<T = Bson> = Result<T, Fault>;

impl Reader<'_> {
    fn value(&self, at: NodeId, depth: usize) -> Outcome {
        if depth > MAX_DEPTH {
            return Err(self.fault(at, "nested deeper than the 100 levels MongoDB stores"));
        }
        match self.json.kind(at) {
            Kind::Null => Ok(Bson::Null),
            Kind::Bool => Ok(Bson::Bool(self.json.raw(at) == "true")),
            Kind::Number => self.number(at),
            Kind::String => Ok(Bson::String(self.text(at))),
            Kind::Array => {
                let items = self.json.children(at);
                Ok(Bson::Array(
                    items
                        .map(|c| self.value(c, depth + 1))
                        .collect::<Outcome<_>>()?,
                ))
            }
            Kind::Object => self.object(at, depth),
        }
    }

    fn object(&self, at: NodeId, depth: usize) -> Outcome {
        if let Some(first) = self.json.children(at).next()
            && let Some(name) = self.json.key(first).filter(|name| name.starts_with('$'))
            && let Some(value) = self.wrapper(at, &name, first)?
        {
            return Ok(value);
        }
        let mut document = Document::default();
        for child in self.json.children(at) {
            let name = self.json.key(child).unwrap_or_default().into_owned();
            document.0.push((name, self.value(child, depth + 1)?));
        }
        Ok(Bson::Document(document))
    }

    /// The value that a type wrapper writes; `None` when the name is no wrapper's.
    fn wrapper(&self, at: NodeId, name: &str, inner: NodeId) -> Outcome<Option<Bson>> {
        let value = match name {
            "$oid" => self.parsed(inner, "24 hex digits", Bson::object_id_from_hex)?,
            "$numberInt" => self.parsed(inner, "a 32-bit integer in quotation marks", |t| {
                t.parse().ok().map(Bson::Int32)
            })?,
            "$numberLong" => self.parsed(inner, "a 64-bit integer in quotation marks", |t| {
                t.parse().ok().map(Bson::Int64)
            })?,
            "$numberDouble" => self.parsed(inner, "a number in quotation marks", double)?,
            "$numberDecimal" => {
                self.parsed(inner, "a decimal number in quotation marks", decimal)?
            }
            "$uuid" => self.parsed(inner, "a UUID with hyphens", Bson::uuid_from_text)?,
            "$symbol" => Bson::Symbol(self.text_of(inner, "$symbol")?),
            "$date" => self.date(inner)?,
            "$binary" => self.binary(inner)?,
            "$regularExpression" => self.regex(inner)?,
            "$timestamp" => self.timestamp(inner)?,
            "$undefined" => Bson::Undefined,
            "$minKey" => Bson::MinKey,
            "$maxKey" => Bson::MaxKey,
            "$dbPointer" => self.verbatim(at, "dbPointer"),
            "$code" if self.json.get(at, "$scope").is_some() => {
                return Ok(Some(self.verbatim(at, "javascriptWithScope")));
            }
            "$code" => Bson::JavaScript(self.text_of(inner, "$code")?),
            _ => return Ok(None),
        };
        if let Some(extra) = self.json.children(at).nth(1) {
            return Err(self.fault(extra, format!("{name} stands alone in its braces")));
        }
        Ok(Some(value))
    }

    fn number(&self, at: NodeId) -> Outcome {
        let text = self.json.raw(at);
        if text.contains(['.', 'e', 'E']) {
            let number: Option<f64> = text.parse().ok().filter(|n: &f64| n.is_finite());
            return number.map(Bson::Double).ok_or_else(|| {
                self.fault(
                    at,
                    "too large for a double; write {\"$numberDecimal\": \"...\"}",
                )
            });
        }
        match (text.parse().map(Bson::Int32), text.parse().map(Bson::Int64)) {
            (Ok(int), _) => Ok(int),
            (_, Ok(long)) => Ok(long),
            _ => Err(self.fault(
                at,
                "too large for 64 bits; write {\"$numberDecimal\": \"...\"} or add a point",
            )),
        }
    }

    fn date(&self, at: NodeId) -> Outcome {
        let wanted = "ISO 8601 text or {\"$numberLong\": \"milliseconds\"}";
        match self.json.kind(at) {
            Kind::String => self.parsed(at, wanted, |text| {
                time::parse(text).map(|moment| Bson::Date(moment.ms()))
            }),
            _ => match self.value(at, MAX_DEPTH - 1) {
                Ok(Bson::Int32(ms)) => Ok(Bson::Date(i64::from(ms))),
                Ok(Bson::Int64(ms)) => Ok(Bson::Date(ms)),
                Ok(_) => Err(self.needs(at, wanted)),
                Err(fault) => Err(fault),
            },
        }
    }

    fn binary(&self, at: NodeId) -> Outcome {
        let bytes = self.member(at, "base64")?;
        let subtype = self.member(at, "subType")?;
        let parsed = self.text_of(bytes, "base64")?;
        let Ok(bytes) = STANDARD.decode(&*parsed) else {
            return Err(self.needs(bytes, "standard Base64 with padding"));
        };
        let digits = self.text_of(subtype, "subType")?;
        match hex_bytes(&format!("{digits:0>2}")).as_deref() {
            Some(&[subtype]) => Ok(Bson::Binary { subtype, bytes }),
            _ => Err(self.needs(subtype, "two hex digits")),
        }
    }

    fn regex(&self, at: NodeId) -> Outcome {
        Ok(Bson::Regex {
            pattern: self.text_of(self.member(at, "pattern")?, "pattern")?,
            options: self.text_of(self.member(at, "options")?, "options")?,
        })
    }

    fn timestamp(&self, at: NodeId) -> Outcome {
        let part = |name| {
            let node = self.member(at, name)?;
            let number = self.json.raw(node).parse::<u32>().ok();
            number.ok_or_else(|| self.needs(node, "an integer of 32 bits without sign"))
        };
        Ok(Bson::Timestamp {
            time: part("t")?,
            increment: part("i")?,
        })
    }

    fn verbatim(&self, at: NodeId, kind: &'static str) -> Bson {
        Bson::Other {
            kind,
            ejson: self.json.raw(at).to_owned(),
        }
    }

    fn member(&self, at: NodeId, name: &str) -> Outcome<NodeId> {
        let found = self.json.get(at, name);
        found.ok_or_else(|| self.fault(at, format!("the member \"{name}\" is missing")))
    }

    fn parsed(&self, at: NodeId, wanted: &str, of: impl Fn(&str) -> Option<Bson>) -> Outcome {
        let text = self.json.string(at);
        let value = text.and_then(|text| of(&text));
        value.ok_or_else(|| self.needs(at, wanted))
    }

    fn text_of(&self, at: NodeId, name: &str) -> Outcome<String> {
        match self.json.kind(at) {
            Kind::String => Ok(self.text(at)),
            _ => Err(self.fault(at, format!("{name} takes text in quotation marks"))),
        }
    }

    fn text(&self, at: NodeId) -> String {
        self.json.string(at).unwrap_or_default().into_owned()
    }

    fn needs(&self, at: NodeId, wanted: &str) -> Fault {
        let name = self.json.key(at).unwrap_or_default();
        self.fault(at, format!("{name} takes {wanted}"))
    }

    fn fault(&self, at: NodeId, what: impl Into<String>) -> Fault {
        Fault::new(self.json.text(), self.json.span(at).start, what)
    }
}

fn double(text: &str) -> Option<Bson> {
    let number = match text {
        "NaN" => f64::NAN,
        "Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ if text.contains(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E')) => {
            return None;
        }
        _ => text.parse().ok()?,
    };
    Some(Bson::Double(number))
}

/// A decimal's text is kept as it is; only its alphabet is checked here, its range by the store.
fn decimal(text: &str) -> Option<Bson> {
    double(text).map(|_| Bson::Decimal128(text.to_owned()))
}
