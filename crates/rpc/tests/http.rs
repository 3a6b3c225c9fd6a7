//! HTTP as others write it, and what they are answered.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "these are tests"
)]

use rpc::encoding::{DecodeError, Encoding};
use rpc::frame::FrameError;
use rpc::message::{Call, Reply, Request, Response};
use rpc::procedure::{Arguments, Failure, ReturnValue};
use rpc::status::Status;

const JSON: Encoding = Encoding::JsonHttp;

fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap()
}

/// A request with this body and these header lines.
fn post(fields: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST /rpc HTTP/1.1\r\nHost: h\r\n{fields}Content-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// The answer to a request that is refused.
fn refusal(request: &[u8]) -> String {
    let rejection = JSON.decode_request(request).unwrap_err();
    text(&rejection.answer.expect("an answer")).to_owned()
}

fn first_line(request: &[u8]) -> String {
    refusal(request)
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn body_of_refusal(request: &[u8]) -> String {
    refusal(request)
        .split_once("\r\n\r\n")
        .unwrap()
        .1
        .to_owned()
}

#[test]
fn a_call_as_it_is_written() {
    let call = Call {
        id: 7,
        arguments: Arguments::Add(2, -3),
        timeout: Some(250_000_000),
        idempotency_key: Some(0x2a),
        forwarded_for: Some([10, 1, 0, 2].into()),
    };
    let mut out = Vec::new();
    JSON.encode_call(&call, "10.0.2.1:8080", &mut out);
    assert_eq!(
        text(&out),
        "POST /rpc HTTP/1.1\r\n\
         Host: 10.0.2.1:8080\r\n\
         Grpc-Timeout: 250m\r\n\
         Idempotency-Key: \"000000000000002a\"\r\n\
         X-Forwarded-For: 10.1.0.2\r\n\
         Content-Type: application/json\r\n\
         Content-Length: 55\r\n\r\n\
         {\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"add\",\"params\":[2,-3]}"
    );
}

#[test]
fn replies_as_they_are_written() {
    let mut out = Vec::new();
    JSON.encode_reply(
        &Reply {
            id: 7,
            result: Ok(ReturnValue::Integer(-1)),
        },
        &mut out,
    );
    assert_eq!(
        text(&out),
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 36\r\n\r\n\
         {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":-1}"
    );
    out.clear();
    let failure = Failure::new(Status::Unavailable, "draining");
    JSON.encode_reply(
        &Reply {
            id: 8,
            result: Err(failure),
        },
        &mut out,
    );
    assert_eq!(
        text(&out),
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 69\r\n\r\n\
         {\"jsonrpc\":\"2.0\",\"id\":8,\"error\":{\"code\":-32014,\"message\":\"draining\"}}"
    );
}

/// What `curl -v --json '…' http://localhost:8080/rpc` sends.
#[test]
fn curl_is_understood() {
    let request = b"POST /rpc HTTP/1.1\r\n\
        Host: localhost:8080\r\n\
        User-Agent: curl/8.5.0\r\n\
        Content-Type: application/json\r\n\
        Accept: application/json\r\n\
        Content-Length: 75\r\n\r\n\
        { \"jsonrpc\": \"2.0\", \"method\": \"add\", \"params\": {\"b\": 3, \"a\": 2}, \"id\": 1 }\n";
    assert_eq!(
        JSON.decode_request(request),
        Ok(Request::Call(Call::new(1, Arguments::Add(2, 3))))
    );
}

#[test]
fn fields_are_read_in_any_case_and_style() {
    let request = post(
        "content-type: Application/JSON; charset=utf-8\r\nGRPC-TIMEOUT:1S \r\nidempotency-key: ff\r\n\
         x-forwarded-for: 10.1.0.2, 10.0.0.1\r\n",
        r#"{"jsonrpc":"2.0","id":4294967295,"method":"kv.increment","params":["x",-1]}"#,
    );
    let Ok(Request::Call(call)) = JSON.decode_request(&request) else {
        panic!("not a call")
    };
    assert_eq!(call.id, u32::MAX);
    assert_eq!(
        call.arguments,
        Arguments::KvIncrement {
            key: "x".into(),
            by: -1
        }
    );
    assert_eq!(call.timeout, Some(1_000_000_000));
    assert_eq!(call.idempotency_key, Some(255));
    assert_eq!(call.forwarded_for, Some([10, 1, 0, 2].into()));
}

#[test]
fn an_unreadable_forwarded_for_is_nobodys() {
    for value in ["unknown", "2001:db8::1", "", "10.0.0.256"] {
        let fields = format!("X-Forwarded-For: {value}\r\n");
        let request = post(
            &fields,
            r#"{"jsonrpc":"2.0","id":1,"method":"echo","params":["a"]}"#,
        );
        assert_eq!(
            JSON.decode_request(&request),
            Ok(Request::Call(Call::new(1, Arguments::Echo("a".into()))))
        );
    }
}

#[test]
fn probes_need_no_id() {
    let probe = Ok(Request::Probe { id: 0 });
    assert_eq!(
        JSON.decode_request(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"),
        probe
    );
    assert_eq!(JSON.decode_request(b"GET /healthz HTTP/1.0\r\n\r\n"), probe);
    assert_eq!(
        JSON.decode_request(b"\r\nGET http://h:80/healthz?verbose HTTP/1.1\nHost: h\n\n"),
        probe
    );
}

#[test]
fn statuses_of_refusals() {
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"echo","params":["a"]}"#;
    for (expected, request) in [
        ("400 Bad Request", &b"\x80\x00\x00\x28\x00\x00"[..]),
        ("400 Bad Request", b"GET /healthz HTTP/1.1\r\n\r\n"),
        (
            "400 Bad Request",
            b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        ),
        (
            "400 Bad Request",
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        ),
        (
            "404 Not Found",
            b"GET /favicon.ico HTTP/1.1\r\nHost: h\r\n\r\n",
        ),
        ("404 Not Found", b"GET http://h HTTP/1.1\r\nHost: h\r\n\r\n"),
        (
            "404 Not Found",
            b"GET http://h?x=/healthz HTTP/1.1\r\nHost: h\r\n\r\n",
        ),
        (
            "405 Method Not Allowed",
            b"DELETE /rpc HTTP/1.1\r\nHost: h\r\n\r\n",
        ),
        (
            "405 Method Not Allowed",
            b"POST /healthz HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
        ),
        (
            "411 Length Required",
            b"POST /rpc HTTP/1.1\r\nHost: h\r\n\r\n",
        ),
        (
            "411 Length Required",
            b"POST /rpc HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n",
        ),
        (
            "501 Not Implemented",
            b"POST /rpc HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n",
        ),
        (
            "505 HTTP Version Not Supported",
            b"GET /healthz HTTP/3.0\r\nHost: h\r\n\r\n",
        ),
        ("505 HTTP Version Not Supported", b"PRI * HTTP/2.0\r\n\r\n"),
        (
            "415 Unsupported Media Type",
            &post("Content-Type: application/x-www-form-urlencoded\r\n", call),
        ),
        ("400 Bad Request", &post("Grpc-Timeout: 5s\r\n", call)),
        (
            "400 Bad Request",
            &post(
                "Idempotency-Key: \"8e03978e-40d5-43e8-bc93-6894a57f9324\"\r\n",
                call,
            ),
        ),
        (
            "400 Bad Request",
            &post("Grpc-Timeout: 5S\r\nGrpc-Timeout: 5\r\n", call),
        ),
        (
            "400 Bad Request",
            &post("Idempotency-Key: 00000000000000001\r\n", call),
        ),
        ("400 Bad Request", &post("Idempotency-Key: +1\r\n", call)),
        ("400 Bad Request", &post("Idempotency-Key: \"\"\r\n", call)),
    ] {
        assert_eq!(
            first_line(request),
            format!("HTTP/1.1 {expected}"),
            "{}",
            String::from_utf8_lossy(request)
        );
    }
    assert!(refusal(b"PUT /rpc HTTP/1.1\r\nHost: h\r\n\r\n").contains("\r\nAllow: POST\r\n"));
}

/// RFC 9112 section 6.3: two lengths are one message to a proxy and another to the server behind.
#[test]
fn smuggled_requests_are_refused() {
    for fields in [
        "Content-Length: 4\r\nContent-Length: 5\r\n",
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Content-Length: +4\r\n",
        "Content-Length: 4, 4\r\n",
        "Content-Length: 0x4\r\n",
        "Content-Length: \r\n",
    ] {
        let request = format!("POST /rpc HTTP/1.1\r\nHost: h\r\n{fields}\r\nabcd");
        let rejection = JSON.decode_request(request.as_bytes()).unwrap_err();
        assert_eq!(
            rejection.error,
            DecodeError::Frame(FrameError::ContentLength),
            "{fields}"
        );
    }
    let folded = b"POST /rpc HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n 4\r\n\r\nabcd";
    assert_eq!(first_line(folded), "HTTP/1.1 400 Bad Request");
    let spaced = b"POST /rpc HTTP/1.1\r\nHost: h\r\nContent-Length : 4\r\n\r\nabcd";
    assert_eq!(first_line(spaced), "HTTP/1.1 400 Bad Request");
}

#[test]
fn no_header_field_enters_by_the_authority() {
    let mut out = Vec::new();
    JSON.encode_probe(1, "h\r\nX-Evil: 1", &mut out);
    assert_eq!(
        text(&out),
        "GET /healthz HTTP/1.1\r\nHost: hX-Evil:1\r\nX-Request-Id: 1\r\n\r\n"
    );
}

#[test]
fn what_is_wrong_with_an_id_is_said() {
    for (id, says) in [
        ("", "no id: notifications are not accepted"),
        (
            r#","id":null"#,
            "a null id, by which no answer can be known",
        ),
        (r#","id":"a""#, "an id that is not a 32-bit number"),
        (r#","id":1.5"#, "an id that is not a 32-bit number"),
        (r#","id":true"#, "an id that is not a 32-bit number"),
        (r#","id":4294967296"#, "an id that is not a 32-bit number"),
    ] {
        let body = format!(r#"{{"jsonrpc":"2.0","method":"echo","params":["a"]{id}}}"#);
        let answer = body_of_refusal(&post("", &body));
        assert!(answer.contains(says), "{answer}");
    }
}

/// The examples of the specification's section 7, with our procedures.
#[test]
fn refusals_of_json_rpc() {
    for (body, answer) in [
        (
            "{\"jsonrpc\": \"2.0\", \"method\": \"foobar, \"params\": \"bar\", \"baz]",
            r#"null,"error":{"code":-32700,"#,
        ),
        ("", r#"null,"error":{"code":-32700,"#),
        (
            r#"{"jsonrpc": "2.0", "method": 1, "params": "bar"}"#,
            r#"null,"error":{"code":-32600,"#,
        ),
        ("[]", r#"null,"error":{"code":-32600,"#),
        ("[1,2,3]", r#"null,"error":{"code":-32600,"#),
        ("1", r#"null,"error":{"code":-32600,"#),
        (
            r#"{"jsonrpc":"2.0","method":"echo","params":["a"]}"#,
            r#"null,"error":{"code":-32600,"#,
        ),
        (
            r#"{"jsonrpc":"1.0","method":"echo","params":["a"],"id":4}"#,
            r#"4,"error":{"code":-32600,"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"echo","params":["a"],"id":"a\"b"}"#,
            r#""a\"b","error":{"code":-32600,"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"echo","params":["a"],"id":-1}"#,
            r#"-1,"error":{"code":-32600,"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"echo","params":["a"],"id":1.5}"#,
            r#"null,"error":{"code":-32600,"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"echo","params":"a","id":5}"#,
            r#"5,"error":{"code":-32600,"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"foobar","id":1}"#,
            r#"1,"error":{"code":-32601,"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"echo","id":1}"#,
            r#"1,"error":{"code":-32602,"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"echo","params":[],"id":1}"#,
            r#"1,"error":{"code":-32602,"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"echo","params":[1],"id":1}"#,
            r#"1,"error":{"code":-32602,"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"add","params":[1,2,3],"id":1}"#,
            r#"1,"error":{"code":-32602,"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"add","params":[1,2.0],"id":1}"#,
            r#"1,"error":{"code":-32602,"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"add","params":{"a":1,"c":2},"id":1}"#,
            r#"1,"error":{"code":-32602,"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"add","params":{"a":1,"b":2,"c":3},"id":1}"#,
            r#"1,"error":{"code":-32602,"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"fibonacci","params":[-1],"id":1}"#,
            r#"1,"error":{"code":-32602,"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"fibonacci","params":[4294967296],"id":1}"#,
            r#"1,"error":{"code":-32602,"#,
        ),
    ] {
        let found = body_of_refusal(&post("", body));
        assert!(
            found.starts_with(&format!(r#"{{"jsonrpc":"2.0","id":{answer}"#)),
            "{body} is answered {found}"
        );
    }
    // As deep as a hostile body may be.
    let deep = "[".repeat(10_000);
    assert!(body_of_refusal(&post("", &deep)).contains("-32700"));
}

#[test]
fn a_refusal_is_a_failed_call_to_its_caller() {
    let request = post("", r#"{"jsonrpc":"2.0","method":"foobar","id":9}"#);
    let answer = JSON.decode_request(&request).unwrap_err().answer.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 501 "));
    let Ok(Response::Reply(reply)) = JSON.decode_response(&answer) else {
        panic!("not a reply")
    };
    assert_eq!(
        (reply.id, reply.result.unwrap_err().status),
        (9, Status::Unimplemented)
    );
}

#[test]
fn answers_from_those_on_the_way() {
    let unmatched = |bytes: &[u8]| match JSON.decode_response(bytes) {
        Err(DecodeError::Unmatched(failure)) => failure.status,
        other => panic!("{other:?}"),
    };
    let nginx = b"HTTP/1.1 502 Bad Gateway\r\nServer: nginx/1.24.0\r\nContent-Type: text/html\r\n\
        Content-Length: 6\r\nConnection: keep-alive\r\n\r\n<html>";
    assert_eq!(unmatched(nginx), Status::Unavailable);
    let empty = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(unmatched(empty), Status::Unavailable);
    let null =
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 75\r\n\r\n\
        {\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"Parse error\"}}";
    assert_eq!(unmatched(null), Status::InvalidArgument);
    let endless = b"HTTP/1.1 200 OK\r\n\r\n";
    assert_eq!(
        JSON.decode_response(endless),
        Err(DecodeError::Frame(FrameError::LengthRequired))
    );
}

#[test]
fn every_byte_is_named() {
    let call = Call {
        timeout: Some(1),
        ..Call::new(1, Arguments::Echo("a,\"b}".into()))
    };
    let mut out = Vec::new();
    JSON.encode_call(&call, "h", &mut out);
    let fields: Vec<(String, String)> = JSON
        .annotate(&out)
        .into_iter()
        .map(|field| (field.name, field.value))
        .collect();
    let expected = [
        ("method", "POST"),
        ("target", "/rpc"),
        ("version", "HTTP/1.1"),
        ("Host", "h"),
        ("Grpc-Timeout", "1n"),
        ("Content-Type", "application/json"),
        ("Content-Length", "60"),
        ("end of the head", ""),
        ("body", "a JSON object"),
        ("jsonrpc", "\"2.0\""),
        ("id", "1"),
        ("method", "\"echo\""),
        ("params", "[\"a,\\\"b}\"]"),
        ("end of the body", ""),
    ];
    assert_eq!(
        fields,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn what_has_no_name_is_called_so() {
    let names = |bytes: &[u8]| -> Vec<String> {
        JSON.annotate(bytes)
            .into_iter()
            .map(|field| field.name)
            .collect()
    };
    assert_eq!(
        names(b"GET\n:\n\n{\"\":1}")[1..4],
        ["without a name", "end of the head", "body"]
    );
    assert_eq!(names(b"\0\n:"), ["method", "without a name"]);
    assert!(names(b"").is_empty());
}
