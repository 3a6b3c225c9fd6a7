//! What must hold for every sequence of bytes.

use rpc::encoding::{DecodeError, Encoding};
use rpc::frame::Splitter;
use rpc::message::{Request, Response};

pub fn digest(encoding: Encoding, bytes: &[u8]) {
    let mut at = 0;
    for field in encoding.annotate(bytes) {
        assert_eq!(field.range.start, at);
        assert!(field.range.end > at);
        at = field.range.end;
    }
    assert_eq!(at, bytes.len());

    match encoding.decode_request(bytes) {
        Ok(Request::Call(call)) => {
            // What was understood is written so that it is understood the same.
            let mut out = Vec::new();
            encoding.encode_call(&call, "h", &mut out);
            assert_eq!(encoding.decode_request(&out), Ok(Request::Call(call)));
        }
        Ok(Request::Probe { .. }) => {}
        Err(rejection) => {
            if let Some(answer) = rejection.answer {
                let response = encoding.decode_response(&answer);
                assert!(matches!(response, Ok(Response::Reply(_)) | Err(DecodeError::Unmatched(_))));
            }
        }
    }
    if let Ok(Response::Reply(reply)) = encoding.decode_response(bytes) {
        let mut out = Vec::new();
        encoding.encode_reply(&reply, &mut out);
        assert_eq!(encoding.decode_response(&out), Ok(Response::Reply(reply)));
    }

    // At once and byte by byte, a stream is cut in the same places.
    let (mut whole, mut slow) = (Splitter::new(encoding), Splitter::new(encoding));
    whole.push(bytes);
    let mut at_once = Vec::new();
    while let Ok(Some(message)) = whole.next_message() {
        at_once.push(message);
    }
    let mut by_byte = Vec::new();
    for byte in bytes {
        slow.push(&[*byte]);
        while let Ok(Some(message)) = slow.next_message() {
            by_byte.push(message);
        }
    }
    assert_eq!(at_once, by_byte);
}
