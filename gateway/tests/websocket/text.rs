//! Section 6: what is UTF-8, whole and split anywhere, and what is not.

use crate::echo::{CONTINUATION, FIN, Got, TEXT, bye, case, echoed, fragments, frame, talk, talk_slowly, text};

const NORMAL: Got = Got::Close(Some(1000));
const NOT_UTF8: Got = Got::Close(Some(1007));
const GREETING: &str = "Hello-µ@ßöäüàá-UTF-8!!";
const KOSME: &[u8] = "κόσμε".as_bytes();

#[tokio::test]
async fn section_6_1_empty_fragments() {
    let [begin, middle, last] = [TEXT, CONTINUATION, FIN | CONTINUATION].map(|first| move |it: &str| frame(first, it));
    case("6.1.1", &[text(""), bye()], &[echoed(""), NORMAL]).await;
    case("6.1.2", &[begin(""), middle(""), last(""), bye()], &[echoed(""), NORMAL]).await;
    case("6.1.3", &[begin(""), middle("middle"), last(""), bye()], &[echoed("middle"), NORMAL]).await;
}

/// Whole, and with a frame for each byte.
async fn each(id: &str, payload: &[u8], expected: &[Got]) {
    for message in [text(payload), fragments(TEXT, payload, 1)] {
        let bytes = [message, bye()].concat();
        assert_eq!(talk(&[bytes], false).await, expected, "case {id} {payload:x?}");
    }
}

async fn valid(id: &str, sequences: &[&[u8]]) {
    for sequence in sequences {
        each(id, sequence, &[echoed(sequence), NORMAL]).await;
    }
}

async fn invalid(id: &str, sequences: &[&[u8]]) {
    for sequence in sequences {
        each(id, sequence, &[NOT_UTF8]).await;
    }
}

#[tokio::test]
async fn section_6_2_what_is_utf8_may_be_split_anywhere() {
    valid("6.2.1, 6.2.3", &[GREETING.as_bytes()]).await;
    let frames = [fragments(TEXT, GREETING.as_bytes(), "Hello-µ@ßöä".len()), bye()];
    case("6.2.2", &frames, &[echoed(GREETING), NORMAL]).await;
    valid("6.2.4, 6.5", &[KOSME]).await;
}

#[tokio::test]
async fn section_6_3_what_is_not_utf8_ends_the_connection() {
    invalid("6.3", &[b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited"]).await;
}

#[tokio::test]
async fn section_6_4_it_ends_as_soon_as_it_is_known() {
    // The message is never finished, so only who looks at fragments closes.
    for wrong in [&b"\xf4\x90\x80\x80"[..], b"\xf4\x90", b"\xed\xa0", b"\x80"] {
        case("6.4.1, 6.4.2", &[frame(TEXT, KOSME), frame(CONTINUATION, wrong)], &[NOT_UTF8]).await;
    }
    let bytes = [text([KOSME, b"\xf4\x90\x80\x80edited"].concat()), bye()].concat();
    let pieces: Vec<_> = bytes.chunks(5).map(<[u8]>::to_vec).collect();
    assert_eq!(talk_slowly(&pieces).await, [NOT_UTF8], "6.4.3, 6.4.4");
}

#[tokio::test]
async fn section_6_6_beginnings_of_a_text() {
    for length in 1..=KOSME.len() {
        let beginning = &KOSME[..length];
        match std::str::from_utf8(beginning) {
            Ok(_) => valid("6.6", &[beginning]).await,
            Err(_) => invalid("6.6", &[beginning]).await,
        }
    }
}

#[tokio::test]
async fn sections_6_7_to_6_11_the_first_and_the_last_of_each_length() {
    valid("6.7", &[b"\x00", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80"]).await;
    invalid("6.8", &[b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80"]).await;
    valid("6.9", &[b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf"]).await;
    invalid("6.10", &[b"\xf7\xbf\xbf\xbf", b"\xfb\xbf\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf\xbf"]).await;
    valid("6.11", &[b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd", b"\xf4\x8f\xbf\xbf"]).await;
    invalid("6.11.5", &[b"\xf4\x90\x80\x80"]).await;
}

#[tokio::test]
async fn sections_6_12_to_6_16_bytes_out_of_place() {
    let continuations: Vec<u8> = (0x80..=0xbf).collect();
    let alternating = [0x80, 0xbf].repeat(4);
    for length in 1..8 {
        invalid("6.12.1 to 6.12.7", &[&alternating[..length]]).await;
    }
    invalid("6.12.2, 6.12.8", &[b"\xbf", &continuations]).await;
    for first in 0xc0..=0xfd {
        invalid("6.13, each", &[&[first, b' ']]).await;
    }
    for range in [0xc0..=0xdf, 0xe0..=0xef, 0xf0..=0xf7, 0xf8..=0xfb, 0xfc..=0xfd] {
        let lonely: Vec<u8> = range.flat_map(|first: u8| [first, b' ']).collect();
        invalid("6.13", &[&lonely]).await;
    }
    let broken_off: &[&[u8]] = &[
        b"\xc0",
        b"\xe0\x80",
        b"\xf0\x80\x80",
        b"\xf8\x80\x80\x80",
        b"\xfc\x80\x80\x80\x80",
        b"\xdf",
        b"\xef\xbf",
        b"\xf7\xbf\xbf",
        b"\xfb\xbf\xbf\xbf",
        b"\xfd\xbf\xbf\xbf\xbf",
    ];
    invalid("6.14", broken_off).await;
    invalid("6.15", &[&broken_off.concat()]).await;
    invalid("6.16", &[b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"]).await;
}

#[tokio::test]
async fn sections_6_17_to_6_19_longer_than_need_be() {
    let slashes: &[&[u8]] =
        &[b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf", b"\xfc\x80\x80\x80\x80\xaf"];
    invalid("6.17", slashes).await;
    let most: &[&[u8]] =
        &[b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x87\xbf\xbf\xbf", b"\xfc\x83\xbf\xbf\xbf\xbf"];
    invalid("6.18", most).await;
    let nothing: &[&[u8]] =
        &[b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf8\x80\x80\x80\x80", b"\xfc\x80\x80\x80\x80\x80"];
    invalid("6.19", nothing).await;
}

#[tokio::test]
async fn sections_6_20_and_6_21_surrogates() {
    let high: [&[u8]; 4] = [b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xae\x80", b"\xed\xaf\xbf"];
    let low: [&[u8]; 3] = [b"\xed\xb0\x80", b"\xed\xbe\x80", b"\xed\xbf\xbf"];
    invalid("6.20", &[high.as_slice(), low.as_slice()].concat()).await;
    for pair in high.iter().flat_map(|high| low.map(|low| [*high, low].concat())) {
        invalid("6.21", &[&pair]).await;
    }
}

#[tokio::test]
async fn sections_6_22_and_6_23_characters_that_never_will_be() {
    for plane in 0..=16_u32 {
        for last in [0xfffe, 0xffff] {
            let character = char::from_u32(plane << 16 | last).unwrap();
            valid("6.22", &[character.to_string().as_bytes()]).await;
        }
    }
    for special in '\u{fff9}'..='\u{ffff}' {
        valid("6.23", &[special.to_string().as_bytes()]).await;
    }
}

#[tokio::test]
async fn bytes_that_are_not_text_may_be_binary() {
    let payload = b"\xff\xfe\xed\xa0\x80";
    case("binary", &[frame(FIN | 2, payload), bye()], &[Got::Binary(payload.to_vec()), NORMAL]).await;
}
