//! Section 6: what is UTF-8, whole and split anywhere, and what is not.

use crate::echo::{CONTINUATION, FIN, Got, TEXT, bye, case, echoed, frame, text};

const NORMAL: Got = Got::Close(Some(1000));
const NOT_UTF8: Got = Got::Close(Some(1007));
const GREETING: &str = "Hello-µ@ßöäüàá-UTF-8!!";

/// One frame for each byte.
fn split(payload: &[u8]) -> Vec<Vec<u8>> {
    let last = payload.len() - 1;
    let frame_of = |(index, byte): (usize, &u8)| {
        let opcode = if index == 0 { TEXT } else { CONTINUATION };
        frame(if index == last { FIN | opcode } else { opcode }, [*byte])
    };
    payload.iter().enumerate().map(frame_of).collect()
}

#[tokio::test]
async fn section_6_1_empty_fragments() {
    let [begin, middle, last] = [TEXT, CONTINUATION, FIN | CONTINUATION].map(|first| move |it: &str| frame(first, it));
    case("6.1.1", &[text(""), bye()], &[echoed(""), NORMAL]).await;
    case("6.1.2", &[begin(""), middle(""), last(""), bye()], &[echoed(""), NORMAL]).await;
    case("6.1.3", &[begin(""), middle("middle"), last(""), bye()], &[echoed("middle"), NORMAL]).await;
}

#[tokio::test]
async fn section_6_2_what_is_utf8_may_be_split_anywhere() {
    for valid in [
        GREETING.as_bytes(),
        "κόσμε".as_bytes(),
        // The first and the last character of each length.
        b"\x00",
        b"\x7f",
        b"\xc2\x80",
        b"\xdf\xbf",
        b"\xe0\xa0\x80",
        b"\xef\xbf\xbf",
        b"\xf0\x90\x80\x80",
        b"\xf4\x8f\xbf\xbf",
        // Around the surrogates, the replacement character, and characters that never will be.
        b"\xed\x9f\xbf",
        b"\xee\x80\x80",
        b"\xef\xbf\xbd",
        b"\xef\xbf\xbe",
        b"\xf0\x9f\xbf\xbe",
        b"\xf3\xaf\xbf\xbf",
    ] {
        case("6.2", &[text(valid), bye()], &[echoed(valid), NORMAL]).await;
        let frames = [split(valid), vec![bye()]].concat();
        case("6.2, split", &frames, &[echoed(valid), NORMAL]).await;
    }
}

#[tokio::test]
async fn section_6_3_what_is_not_utf8_ends_the_connection() {
    for invalid in [
        &b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited"[..],
        // Broken off.
        b"\xce\xba\xe1\xbd",
        b"\xc2",
        b"\xe0\xa0",
        b"\xf0\x90\x80",
        // Continuations with nothing before them.
        b"\x80",
        b"\xbf",
        b"\x80\xbf\x80\xbf",
        b"x\x80",
        // Beginnings with nothing behind them.
        b"\xc3 ",
        b"\xe1 ",
        b"\xf1 ",
        b"\xc3\xc3",
        b"\xe0\xa0\xc2\x80",
        // Bytes that are nowhere.
        b"\xfe",
        b"\xff",
        b"\xfe\xfe\xff\xff",
        // Longer than need be.
        b"\xc0\xaf",
        b"\xc1\xbf",
        b"\xe0\x80\xaf",
        b"\xe0\x9f\xbf",
        b"\xf0\x80\x80\xaf",
        b"\xf0\x8f\xbf\xbf",
        b"\xf8\x80\x80\x80\xaf",
        b"\xfc\x80\x80\x80\x80\xaf",
        b"\xc0\x80",
        // Beyond the last character.
        b"\xf4\x90\x80\x80",
        b"\xf7\xbf\xbf\xbf",
        b"\xf8\x88\x80\x80\x80",
        b"\xfb\xbf\xbf\xbf\xbf",
        b"\xfc\x84\x80\x80\x80\x80",
        b"\xfd\xbf\xbf\xbf\xbf\xbf",
        // Surrogates, single and in pairs.
        b"\xed\xa0\x80",
        b"\xed\xad\xbf",
        b"\xed\xae\x80",
        b"\xed\xaf\xbf",
        b"\xed\xb0\x80",
        b"\xed\xbf\xbf",
        b"\xed\xa0\x80\xed\xb0\x80",
        b"\xed\xaf\xbf\xed\xbf\xbf",
    ] {
        case(&format!("6.3 {invalid:x?}"), &[text(invalid), bye()], &[NOT_UTF8]).await;
        case(&format!("6.3 {invalid:x?}, split"), &[split(invalid), vec![bye()]].concat(), &[NOT_UTF8]).await;
    }
}

#[tokio::test]
async fn section_6_4_it_ends_as_soon_as_it_is_known() {
    // The message is never finished, so only who looks at fragments closes.
    let begin = frame(TEXT, "κόσμε");
    for wrong in [&b"\xf4\x90\x80\x80"[..], b"\xf4\x90", b"\xed\xa0", b"\x80"] {
        case("6.4", &[begin.clone(), frame(CONTINUATION, wrong)], &[NOT_UTF8]).await;
    }
}

#[tokio::test]
async fn bytes_that_are_not_text_may_be_binary() {
    let payload = b"\xff\xfe\xed\xa0\x80";
    case("binary", &[frame(FIN | 2, payload), bye()], &[Got::Binary(payload.to_vec()), NORMAL]).await;
}
