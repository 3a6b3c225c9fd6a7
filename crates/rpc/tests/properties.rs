//! What holds for every message and for every other sequence of bytes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "these are tests"
)]

mod common;

use common::{call, reply};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rpc::encoding::{DecodeError, Encoding};
use rpc::frame::{self, DEFAULT_MESSAGE_LIMIT, Splitter};
use rpc::message::{Call, Request, Response};

/// The whole of a valid message of any kind, and whether it is a request.
fn message() -> impl Strategy<Value = (Encoding, bool, Vec<u8>)> {
    let encoding = || select(&Encoding::ALL[..]);
    prop_oneof![
        (encoding(), call()).prop_map(|(encoding, call)| {
            let mut out = Vec::new();
            encoding.encode_call(&call, "10.0.0.1:8080", &mut out);
            (encoding, true, out)
        }),
        (encoding(), any::<u32>()).prop_map(|(encoding, id)| {
            let mut out = Vec::new();
            encoding.encode_probe(id, "backend", &mut out);
            (encoding, true, out)
        }),
        (encoding(), reply()).prop_map(|(encoding, reply)| {
            let mut out = Vec::new();
            encoding.encode_reply(&reply, &mut out);
            (encoding, false, out)
        }),
        (encoding(), any::<u32>(), any::<bool>()).prop_map(|(encoding, id, healthy)| {
            let mut out = Vec::new();
            encoding.encode_probe_answer(id, healthy, &mut out);
            (encoding, false, out)
        }),
    ]
}

/// HTTP's timeout has eight digits: what a call comes back as.
fn as_carried(encoding: Encoding, call: &Call) -> Call {
    let mut call = call.clone();
    if encoding == Encoding::JsonHttp {
        call.timeout = call
            .timeout
            .and_then(|nanos| rpc::http::timeout::decode(&rpc::http::timeout::encode(nanos)));
    }
    call
}

/// Decodes, annotates and splits; the fields must cover the bytes exactly.
fn digest(encoding: Encoding, bytes: &[u8]) -> Result<(), TestCaseError> {
    let mut at = 0;
    for field in encoding.annotate(bytes) {
        prop_assert_eq!(field.range.start, at, "{}", field.name);
        prop_assert!(field.range.end > at, "{} is empty", field.name);
        prop_assert!(!field.name.is_empty());
        at = field.range.end;
    }
    prop_assert_eq!(at, bytes.len());
    if let Err(rejection) = encoding.decode_request(bytes)
        && let Some(answer) = rejection.answer
    {
        // Whatever we answer is itself a message, which a caller reads without surprise.
        let mut splitter = Splitter::new(encoding);
        splitter.push(&answer);
        prop_assert_eq!(splitter.next_message().unwrap(), Some(answer.clone()));
        prop_assert!(matches!(
            encoding.decode_response(&answer),
            Ok(Response::Reply(_)) | Err(DecodeError::Unmatched(_))
        ));
    }
    let _ = encoding.decode_response(bytes);
    let mut splitter = Splitter::new(encoding);
    splitter.push(bytes);
    let mut total = 0;
    while let Ok(Some(message)) = splitter.next_message() {
        prop_assert!(!message.is_empty());
        total += message.len();
    }
    prop_assert!(total <= bytes.len());
    Ok(())
}

proptest! {
    #[test]
    fn calls_come_back(encoding in select(&Encoding::ALL[..]), call in call()) {
        let mut bytes = Vec::new();
        encoding.encode_call(&call, "10.0.0.1", &mut bytes);
        prop_assert_eq!(encoding.decode_request(&bytes), Ok(Request::Call(as_carried(encoding, &call))));
    }

    #[test]
    fn replies_come_back(encoding in select(&Encoding::ALL[..]), reply in reply()) {
        let mut bytes = Vec::new();
        encoding.encode_reply(&reply, &mut bytes);
        prop_assert_eq!(encoding.decode_response(&bytes), Ok(Response::Reply(reply)));
    }

    #[test]
    fn probes_come_back(encoding in select(&Encoding::ALL[..]), id: u32, healthy: bool) {
        let mut bytes = Vec::new();
        encoding.encode_probe(id, "10.0.0.1", &mut bytes);
        prop_assert_eq!(encoding.decode_request(&bytes), Ok(Request::Probe { id }));
        let mut bytes = Vec::new();
        encoding.encode_probe_answer(id, healthy, &mut bytes);
        prop_assert_eq!(encoding.decode_response(&bytes), Ok(Response::ProbeAnswer { id, healthy }));
    }

    #[test]
    fn every_prefix_is_incomplete((encoding, request, bytes) in message()) {
        digest(encoding, &bytes)?;
        for end in 0..bytes.len() {
            let prefix = &bytes[..end];
            let error = if request {
                encoding.decode_request(prefix).unwrap_err().error
            } else {
                encoding.decode_response(prefix).unwrap_err()
            };
            prop_assert_eq!(error, DecodeError::Incomplete, "at {}", end);
            digest(encoding, prefix)?;
        }
    }

    #[test]
    fn one_byte_more_is_noticed((encoding, request, mut bytes) in message(), byte: u8) {
        bytes.push(byte);
        let error = if request {
            encoding.decode_request(&bytes).unwrap_err().error
        } else {
            encoding.decode_response(&bytes).unwrap_err()
        };
        prop_assert_eq!(error, DecodeError::TrailingBytes { count: 1 });
    }

    #[test]
    fn mutated_messages_do_not_panic(
        (encoding, _, mut bytes) in message(),
        changes in proptest::collection::vec((any::<Index>(), any::<u8>()), 1..6),
        cut in any::<Index>(),
        inserted in proptest::collection::vec(any::<u8>(), 0..6),
    ) {
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        digest(encoding, &bytes)?;
        let at = cut.index(bytes.len());
        bytes.splice(at..at, inserted);
        digest(encoding, &bytes)?;
    }

    /// Cut short inside an intact frame: what is missing is missed by the grammar, not the framing.
    #[test]
    fn shortened_records_are_refused(call in call()) {
        let mut bytes = Vec::new();
        Encoding::OncRpc.encode_call(&call, "", &mut bytes);
        for end in 4..bytes.len() {
            let mark = 0x8000_0000 | (end as u32 - 4);
            let short = [&mark.to_be_bytes(), &bytes[4..end]].concat();
            prop_assert!(Encoding::OncRpc.decode_request(&short).is_err());
            digest(Encoding::OncRpc, &short)?;
        }
    }

    #[test]
    fn shortened_bodies_are_refused(call in call()) {
        let mut bytes = Vec::new();
        Encoding::JsonHttp.encode_call(&call, "h", &mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        for end in 0..body.len() {
            let mut short = format!("POST /rpc HTTP/1.1\r\nHost: h\r\nContent-Length: {end}\r\n\r\n").into_bytes();
            short.extend(&body.as_bytes()[..end]);
            prop_assert!(Encoding::JsonHttp.decode_request(&short).is_err());
            digest(Encoding::JsonHttp, &short)?;
        }
    }

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for encoding in Encoding::ALL {
            digest(encoding, &bytes)?;
        }
    }

    /// A record is delivered, with a plausible head and anything behind it.
    #[test]
    fn arbitrary_records_do_not_panic(words in proptest::collection::vec(0u32..8, 0..40), xid: u32) {
        for head in [&[xid, 0, 2, 0x2000_5252, 1][..], &[xid, 1][..]] {
            let payload: Vec<u8> = head.iter().chain(&words).flat_map(|word| word.to_be_bytes()).collect();
            let mut bytes = (0x8000_0000 | payload.len() as u32).to_be_bytes().to_vec();
            bytes.extend(payload);
            digest(Encoding::OncRpc, &bytes)?;
        }
    }

    #[test]
    fn streams_split_the_same_however_they_arrive(
        encoding in select(&Encoding::ALL[..]),
        calls in proptest::collection::vec(call(), 1..5),
        sizes in proptest::collection::vec(1usize..40, 1..20),
    ) {
        let messages: Vec<Vec<u8>> = calls.iter().map(|call| {
            let mut out = Vec::new();
            encoding.encode_call(call, "10.0.0.1", &mut out);
            out
        }).collect();
        let stream = messages.concat();
        let mut splitter = Splitter::new(encoding);
        let mut found = Vec::new();
        let mut at = 0;
        for size in sizes.iter().cycle() {
            if at == stream.len() {
                break;
            }
            let end = (at + size).min(stream.len());
            splitter.push(&stream[at..end]);
            at = end;
            while let Some(message) = splitter.next_message().unwrap() {
                found.push(message);
            }
        }
        prop_assert_eq!(found, messages);
        prop_assert_eq!(splitter.buffered(), 0);
    }

    /// Measuring on from where it stopped finds what measuring at once finds.
    #[test]
    fn measuring_can_be_resumed((encoding, _, bytes) in message(), at in any::<Index>()) {
        let limit = DEFAULT_MESSAGE_LIMIT;
        let whole = frame::measure(encoding, &bytes, 0, limit);
        prop_assert_eq!(whole, Ok(frame::Measure::Whole(bytes.len())));
        let cut = at.index(bytes.len());
        if let Ok(frame::Measure::Partial { scanned }) = frame::measure(encoding, &bytes[..cut], 0, limit) {
            prop_assert_eq!(frame::measure(encoding, &bytes, scanned, limit), whole);
        }
    }
}
