//! Limits of the splitter, and what a broken stream does to it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "these are tests"
)]

use rpc::encoding::Encoding;
use rpc::frame::{FrameError, HEAD_LIMIT, Splitter, answer_to};

fn after(encoding: Encoding, limit: usize, bytes: &[u8]) -> Result<Option<Vec<u8>>, FrameError> {
    let mut splitter = Splitter::with_limit(encoding, limit);
    splitter.push(bytes);
    splitter.next_message()
}

#[test]
fn a_record_is_refused_by_its_mark_alone() {
    let mark = |length: u32| (0x8000_0000 | length).to_be_bytes();
    assert_eq!(after(Encoding::OncRpc, 104, &mark(100)), Ok(None));
    assert_eq!(
        after(Encoding::OncRpc, 104, &mark(101)),
        Err(FrameError::TooLarge { limit: 104 })
    );
    assert_eq!(
        after(Encoding::OncRpc, 104, &[0xff; 4]),
        Err(FrameError::TooLarge { limit: 104 })
    );
    assert_eq!(
        after(Encoding::OncRpc, 104, &[0; 100]),
        Ok(None),
        "empty fragments"
    );
    assert_eq!(
        after(Encoding::OncRpc, 104, &[0; 108]),
        Err(FrameError::TooLarge { limit: 104 })
    );
    assert_eq!(
        answer_to(Encoding::OncRpc, FrameError::TooLarge { limit: 104 }),
        None
    );
}

#[test]
fn a_body_is_refused_by_its_length_alone() {
    let head = |length: &str| {
        format!("POST /rpc HTTP/1.1\r\nContent-Length: {length}\r\n\r\n").into_bytes()
    };
    assert_eq!(after(Encoding::JsonHttp, 100, &head("10")), Ok(None));
    for length in ["100", "18446744073709551616", "99999999999999999999999999"] {
        let error = after(Encoding::JsonHttp, 100, &head(length)).unwrap_err();
        assert_eq!(error, FrameError::TooLarge { limit: 100 });
        let answer = answer_to(Encoding::JsonHttp, error).unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n"));
    }
}

#[test]
fn heads_end() {
    let endless = [&b"GET / HTTP/1.1\r\nX: "[..], &[b'a'; HEAD_LIMIT]].concat();
    assert_eq!(
        after(Encoding::JsonHttp, 1 << 20, &endless),
        Err(FrameError::HeadTooLarge)
    );
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(40));
    assert_eq!(
        after(Encoding::JsonHttp, 1 << 20, many.as_bytes()),
        Err(FrameError::HeadTooLarge)
    );
    let blank = vec![b'\n'; HEAD_LIMIT + 1];
    assert_eq!(
        after(Encoding::JsonHttp, 1 << 20, &blank),
        Err(FrameError::HeadTooLarge)
    );
}

#[test]
fn another_protocol_is_refused_at_once() {
    assert_eq!(
        after(Encoding::JsonHttp, 1 << 20, b"\x16\x03\x01\x02\x00"),
        Err(FrameError::MalformedHead),
        "TLS"
    );
    assert_eq!(
        after(Encoding::OncRpc, 1 << 16, b"POST /rpc HTTP/1.1\r\n"),
        Err(FrameError::TooLarge { limit: 1 << 16 })
    );
}

#[test]
fn what_follows_an_error_is_lost() {
    let mut splitter = Splitter::new(Encoding::JsonHttp);
    splitter.push(b"nonsense\r\n\r\n");
    assert_eq!(splitter.next_message(), Err(FrameError::MalformedHead));
    splitter.push(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(splitter.next_message(), Err(FrameError::MalformedHead));
    assert_eq!(splitter.buffered(), 0);
}

#[test]
fn pipelined_requests_come_one_by_one() {
    let mut splitter = Splitter::new(Encoding::JsonHttp);
    splitter.push(b"\r\nGET /a HTTP/1.1\r\n\r\n\r\nPOST /b HTTP/1.1\nContent-Length: 2\n\nhiGET");
    assert_eq!(
        splitter.next_message().unwrap().unwrap(),
        b"\r\nGET /a HTTP/1.1\r\n\r\n"
    );
    assert_eq!(
        splitter.next_message().unwrap().unwrap(),
        b"\r\nPOST /b HTTP/1.1\nContent-Length: 2\n\nhi"
    );
    assert_eq!(splitter.next_message(), Ok(None));
    assert_eq!(splitter.buffered(), 3);
}

#[test]
fn responses_without_a_body_end_with_their_head() {
    // RFC 9112 section 6.3, the first rule: whatever their fields say of what there would be.
    for stream in [
        &b"HTTP/1.1 204 No Content\r\n\r\n"[..],
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n",
    ] {
        assert_eq!(
            after(Encoding::JsonHttp, 1 << 16, stream),
            Ok(Some(stream.to_vec()))
        );
    }
}
