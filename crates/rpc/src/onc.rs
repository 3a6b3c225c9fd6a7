//! ONC RPC version 2 (RFC 5531), in XDR, over record marking.
//!
//! A call is `xid, CALL, 2, program, version, procedure, credential, verifier`, then the
//! arguments. The program is in the range that RFC 5531 section 13 leaves to users. In the
//! language of RFC 4506 it reads
//!
//! ```text
//! struct context {                        /* precedes the arguments of every procedure */
//!     unsigned hyper *timeout;            /* nanoseconds left until the caller's deadline */
//!     unsigned hyper *idempotency_key;
//!     unsigned int   *forwarded_for;      /* an IPv4 address */
//! };
//! enum   kind { NOTHING = 0, INTEGER = 1, UNSIGNED = 2, TEXT = 3 };
//! union  value switch (kind kind) {
//!     case NOTHING: void;  case INTEGER: hyper i;  case UNSIGNED: unsigned hyper u;  case TEXT: string t<>;
//! };
//! union  outcome switch (unsigned int status) {     /* gRPC's codes */
//!     case 0: value value;  default: string message<>;
//! };
//! program REROUTE { version REROUTE_1 {
//!     void    NULL(void)                        = 0;
//!     outcome ECHO(context, string)             = 1;
//!     outcome ADD(context, hyper, hyper)        = 2;
//!     outcome FIBONACCI(context, unsigned int)  = 3;
//!     outcome REVERSE(context, string)          = 4;
//!     outcome WORD_COUNT(context, string)       = 5;
//!     outcome SHA256(context, string)           = 6;
//!     outcome KV_GET(context, string)           = 7;
//!     outcome KV_PUT(context, string, string)   = 8;
//!     outcome KV_INCREMENT(context, string, hyper) = 9;
//! } = 1; } = 0x20005252;
//! ```
//!
//! Why the context is an argument: credential and verifier say who calls, their flavours are
//! assigned by IANA with none left for private use, and NFS version 4.1 carries what makes a
//! repeated request harmless in its arguments too (RFC 8881, SEQUENCE). So credential and verifier
//! are AUTH_NONE; AUTH_SYS is accepted from others and not looked at.
//!
//! The results carry their type, which XDR does not ask for, so that who reads a reply without its
//! call (a proxy, an analyser, a student) can read it.

mod annotate;
mod call;
mod record;
mod reply;
mod usual;

pub(crate) use annotate::annotate;
pub(crate) use call::{decode_request, encode_call, encode_probe};
pub(crate) use record::measure;
pub(crate) use reply::{decode_response, encode_probe_answer, encode_reply};

/// The program number, in the range 0x20000000–0x3fffffff "defined by user".
pub const PROGRAM: u32 = 0x2000_5252;
/// The version of the program.
pub const VERSION: u32 = 1;
/// The version of the RPC protocol.
pub const RPC_VERSION: u32 = 2;

/// The longest body of a credential or verifier (section 8.2).
const MAX_AUTH_BODY: u32 = 400;
const AUTH_NONE: u32 = 0;
const AUTH_SYS: u32 = 1;

const CALL: u32 = 0;
const REPLY: u32 = 1;

/// The names of `msg_type`.
const fn message_type(value: u32) -> &'static str {
    match value {
        CALL => "CALL (0)",
        REPLY => "REPLY (1)",
        _ => "neither call nor reply",
    }
}

/// The names of `auth_flavor` that we know.
const fn flavour(value: u32) -> &'static str {
    match value {
        AUTH_NONE => "AUTH_NONE (0)",
        AUTH_SYS => "AUTH_SYS (1)",
        2 => "AUTH_SHORT (2)",
        3 => "AUTH_DH (3)",
        6 => "RPCSEC_GSS (6)",
        _ => "another flavour",
    }
}
