//! ONC RPC word by word, and what refused calls are answered.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "these are tests"
)]

use rpc::encoding::{DecodeError, Encoding};
use rpc::message::{Call, Reply, Request, Response};
use rpc::procedure::{Arguments, ReturnValue};
use rpc::status::Status;
use rpc::xdr::{self, Reader, XdrError};

const ONC: Encoding = Encoding::OncRpc;
const PROGRAM: u32 = 0x2000_5252;

/// A record of one fragment.
fn record(words: &[u32]) -> Vec<u8> {
    let mark = 0x8000_0000 | (words.len() as u32 * 4);
    [mark]
        .iter()
        .chain(words)
        .flat_map(|word| word.to_be_bytes())
        .collect()
}

/// The words of the answer to a refused call, without the record mark.
fn refusal(words: &[u32]) -> Vec<u32> {
    let answer = ONC
        .decode_request(&record(words))
        .unwrap_err()
        .answer
        .expect("an answer");
    assert_eq!(
        answer[..4],
        (0x8000_0000 | (answer.len() as u32 - 4)).to_be_bytes()
    );
    answer[4..]
        .as_chunks::<4>()
        .0
        .iter()
        .map(|word| u32::from_be_bytes(*word))
        .collect()
}

#[test]
fn a_call_as_it_is_written() {
    let mut out = Vec::new();
    ONC.encode_call(&Call::new(7, Arguments::Echo("hello".into())), "", &mut out);
    let words = [
        7,
        0,
        2,
        PROGRAM,
        1,
        1,
        0, // credential: AUTH_NONE
        0,
        0, // verifier: AUTH_NONE
        0,
        0, // no timeout
        0, // no key
        0, // for nobody else
        5,
        u32::from_be_bytes(*b"hell"),
        u32::from_be_bytes(*b"o\0\0\0"),
    ];
    assert_eq!(out, record(&words));
}

#[test]
fn a_context_as_it_is_written() {
    let call = Call {
        id: 1,
        arguments: Arguments::Add(2, -3),
        timeout: Some(5),
        idempotency_key: Some(6),
        forwarded_for: Some([10, 1, 0, 2].into()),
    };
    let mut out = Vec::new();
    ONC.encode_call(&call, "", &mut out);
    let context = [1, 0, 5, 1, 0, 6, 1, 0x0a01_0002];
    let arguments = [0, 2, u32::MAX, u32::MAX - 2];
    let words = [
        &[1, 0, 2, PROGRAM, 1, 2, 0, 0, 0, 0],
        &context[..],
        &arguments,
    ]
    .concat();
    assert_eq!(out, record(&words));
}

#[test]
fn replies_as_they_are_written() {
    let mut out = Vec::new();
    ONC.encode_reply(
        &Reply {
            id: 7,
            result: Ok(ReturnValue::Integer(-1)),
        },
        &mut out,
    );
    assert_eq!(out, record(&[7, 1, 0, 0, 0, 0, 0, 1, u32::MAX, u32::MAX]));
    out.clear();
    ONC.encode_probe_answer(8, true, &mut out);
    assert_eq!(out, record(&[8, 1, 0, 0, 0, 0]));
    out.clear();
    ONC.encode_probe_answer(8, false, &mut out);
    assert_eq!(out, record(&[8, 1, 0, 0, 0, 5]));
}

/// What `rpcinfo -t host 0x20005252 1` sends to see whether a program is there, but with AUTH_SYS.
#[test]
fn a_null_call_with_auth_sys_is_a_probe() {
    let credential = [
        1,
        24,
        0x5f00_0000,
        1,
        u32::from_be_bytes(*b"h\0\0\0"),
        1000,
        1000,
        0,
    ];
    let words = [&[3, 0, 2, PROGRAM, 1, 0], &credential[..], &[0, 0]].concat();
    assert_eq!(
        ONC.decode_request(&record(&words)),
        Ok(Request::Probe { id: 3 })
    );
}

#[test]
fn several_fragments_make_one_record() {
    let whole = {
        let mut out = Vec::new();
        ONC.encode_call(&Call::new(7, Arguments::Echo("hello".into())), "", &mut out);
        out[4..].to_vec()
    };
    let mut bytes = Vec::new();
    for (index, piece) in whole.chunks(7).enumerate() {
        if index == 2 {
            bytes.extend(0u32.to_be_bytes());
        }
        bytes.extend((piece.len() as u32).to_be_bytes());
        bytes.extend(piece);
    }
    bytes.extend(0x8000_0000u32.to_be_bytes());
    assert_eq!(
        ONC.decode_request(&bytes),
        Ok(Request::Call(Call::new(7, Arguments::Echo("hello".into()))))
    );
    let xids: Vec<_> = ONC
        .annotate(&bytes)
        .into_iter()
        .filter(|field| field.name == "message type")
        .map(|field| field.range)
        .collect();
    assert_eq!(
        xids,
        [8..11, 15..16],
        "a field that a fragment boundary cuts is named in both"
    );
}

#[test]
fn refusals_of_rfc_5531() {
    let null = [0, 0, 0, 0];
    let call =
        |head: [u32; 5], rest: &[u32]| [&[9, 0], &head[..4], &[head[4]], &null[..], rest].concat();
    // RPC_MISMATCH, from 2 to 2.
    assert_eq!(
        refusal(&call([3, PROGRAM, 1, 0, 0], &[])[..10]),
        [9, 1, 1, 0, 2, 2]
    );
    let words = |program, version, procedure, rest: &[u32]| {
        [&[9, 0, 2, program, version, procedure], &null[..], rest].concat()
    };
    // PROG_UNAVAIL: NFS is not here.
    assert_eq!(refusal(&words(100_003, 3, 0, &[])), [9, 1, 0, 0, 0, 1]);
    // PROG_MISMATCH, from 1 to 1.
    assert_eq!(
        refusal(&words(PROGRAM, 2, 0, &[])),
        [9, 1, 0, 0, 0, 2, 1, 1]
    );
    // PROC_UNAVAIL.
    assert_eq!(refusal(&words(PROGRAM, 1, 10, &[])), [9, 1, 0, 0, 0, 3]);
    // GARBAGE_ARGS: none, too many, a boolean of 2, a string longer than the record, padding.
    for arguments in [
        &[][..],
        &[0, 0, 0, 0, 5],
        &[2, 0, 0, 0],
        &[0, 0, 0, 4],
        &[0, 0, 0, u32::MAX],
        &[0, 0, 0, 1, u32::from_be_bytes(*b"a\0\0\x01")],
        &[0, 0, 0, 1, u32::from_be_bytes(*b"\xff\0\0\0")],
    ] {
        assert_eq!(
            refusal(&words(PROGRAM, 1, 1, arguments)),
            [9, 1, 0, 0, 0, 4],
            "{arguments:?}"
        );
    }
    assert_eq!(
        refusal(&words(PROGRAM, 1, 0, &[0])),
        [9, 1, 0, 0, 0, 4],
        "NULL has no arguments"
    );
    assert_eq!(
        refusal(&[9, 0, 2, PROGRAM]),
        [9, 1, 0, 0, 0, 4],
        "a call cut short"
    );
    // AUTH_ERROR: RPCSEC_GSS, a body beyond 400 bytes, a verifier with a flavour.
    assert_eq!(
        refusal(&[9, 0, 2, PROGRAM, 1, 0, 6, 0, 0, 0]),
        [9, 1, 1, 1, 1]
    );
    assert_eq!(refusal(&[9, 0, 2, PROGRAM, 1, 0, 1, 404]), [9, 1, 1, 1, 1]);
    assert_eq!(
        refusal(&[9, 0, 2, PROGRAM, 1, 0, 0, 0, 1, 0]),
        [9, 1, 1, 1, 3]
    );
}

#[test]
fn what_has_no_xid_or_is_no_call_is_not_answered() {
    for words in [&[][..], &[9], &[9, 1, 0, 0, 0, 0], &[9, 2]] {
        assert_eq!(ONC.decode_request(&record(words)).unwrap_err().answer, None);
    }
}

#[test]
fn refusals_are_failed_calls_to_their_caller() {
    let status = |words: &[u32]| match ONC.decode_response(&record(words)) {
        Ok(Response::Reply(Reply {
            id: 9,
            result: Err(failure),
        })) => failure.status,
        other => panic!("{other:?}"),
    };
    assert_eq!(status(&[9, 1, 0, 0, 0, 1]), Status::Unimplemented);
    assert_eq!(status(&[9, 1, 0, 0, 0, 2, 2, 3]), Status::Unimplemented);
    assert_eq!(status(&[9, 1, 0, 0, 0, 3]), Status::Unimplemented);
    assert_eq!(status(&[9, 1, 0, 0, 0, 4]), Status::InvalidArgument);
    assert_eq!(status(&[9, 1, 1, 0, 2, 2]), Status::Unimplemented);
    assert_eq!(status(&[9, 1, 1, 1, 5]), Status::Unauthenticated);
    assert_eq!(
        ONC.decode_response(&record(&[9, 1, 2])),
        Err(DecodeError::Xdr(XdrError::Case(2)))
    );
    assert_eq!(
        ONC.decode_response(&record(&[9, 1, 0, 0, 0, 0, 17])),
        Err(DecodeError::Xdr(XdrError::Case(17)))
    );
}

/// RFC 4506 section 7: the example file, 48 bytes "as they would appear in the file".
#[test]
fn the_example_of_rfc_4506() {
    let bytes =
        b"\0\0\0\x09sillyprog\0\0\0\0\0\0\x02\0\0\0\x04lisp\0\0\0\x04john\0\0\0\x06(quit)\0\0";
    let mut out = Vec::new();
    xdr::put_string(&mut out, "sillyprog");
    xdr::put_u32(&mut out, 2);
    xdr::put_string(&mut out, "lisp");
    xdr::put_string(&mut out, "john");
    xdr::put_opaque(&mut out, b"(quit)");
    assert_eq!(out, bytes);
    let mut reader = Reader::annotating(bytes);
    assert_eq!(reader.string("filename", 255), Ok("sillyprog".to_owned()));
    assert_eq!(reader.u32("type"), Ok(2));
    assert_eq!(reader.string("interpreter", 255), Ok("lisp".to_owned()));
    assert_eq!(reader.string("owner", 32), Ok("john".to_owned()));
    assert_eq!(reader.opaque("data", 65535), Ok(&b"(quit)"[..]));
    assert_eq!(reader.remaining(), 0);
    let names: Vec<String> = reader
        .into_notes()
        .into_iter()
        .map(|field| field.name)
        .collect();
    let expected = [
        "length",
        "filename",
        "padding",
        "type",
        "length",
        "interpreter",
        "length",
        "owner",
        "length",
        "data",
        "padding",
    ];
    assert_eq!(names, expected);
}

#[test]
fn xdr_keeps_its_bounds() {
    let mut out = Vec::new();
    xdr::put_string(&mut out, "sillyprog");
    assert_eq!(
        Reader::new(&out).string("name", 8),
        Err(XdrError::TooLong {
            length: 9,
            bound: 8
        })
    );
    assert_eq!(
        Reader::new(&out[..12]).string("name", 9),
        Err(XdrError::UnexpectedEnd)
    );
    assert_eq!(
        Reader::new(&[0, 0, 0, 2]).boolean("flag"),
        Err(XdrError::Boolean(2))
    );
}
