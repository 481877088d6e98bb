//! Section 9: how long a message may be, and that a head that lies is believed in nothing.

use crate::echo::{CONTINUATION, FIN, Got, LIMIT, TEXT, bye, case, echoed, frame, talk, text};

const NORMAL: Got = Got::Close(Some(1000));
const PROTOCOL: Got = Got::Close(Some(1002));
const TOO_LONG: Got = Got::Close(Some(1009));

#[tokio::test]
async fn section_9_a_message_has_a_limit() {
    let full = "*".repeat(LIMIT);
    case("9, all that is allowed", &[text(&full), bye()], &[echoed(&full), NORMAL]).await;
    case("9, one byte more", &[text(format!("{full}*")), bye()], &[TOO_LONG]).await;
    let half = "*".repeat(LIMIT / 2);
    let [begin, middle] = [TEXT, CONTINUATION].map(|first| frame(first, &half));
    let frames = [begin.clone(), middle.clone(), frame(FIN | CONTINUATION, ""), bye()];
    case("9, all that is allowed in fragments", &frames, &[echoed(&full), NORMAL]).await;
    case("9, one byte more in fragments", &[begin, middle, frame(FIN | CONTINUATION, "*"), bye()], &[TOO_LONG]).await;
}

#[tokio::test]
async fn section_9_many_messages_in_a_row() {
    for length in [0, 16, 64, 256, 1_024] {
        let payload = "*".repeat(length);
        let frames: Vec<_> = (0..1_000).map(|_| text(&payload)).chain([bye()]).collect();
        let expected: Vec<_> = (0..1_000).map(|_| echoed(&payload)).chain([NORMAL]).collect();
        case(&format!("9.7, 1,000 of {length} bytes"), &frames, &expected).await;
    }
}

#[tokio::test]
async fn section_9_pieces_end_anywhere() {
    let full = "*".repeat(65_536);
    let bytes = [text(&full), bye()].concat();
    for size in [64, 256, 1_024, 2_048] {
        let pieces: Vec<_> = bytes.chunks(size).map(<[u8]>::to_vec).collect();
        assert_eq!(talk(&pieces, false).await, [echoed(&full), NORMAL], "9.5, pieces of {size} bytes");
    }
}

#[tokio::test]
async fn a_length_is_refused_before_its_payload_comes() {
    // Nothing follows these heads, so only who refuses at once closes.
    let head = |bytes: &[u8]| vec![[&[FIN | TEXT][..], bytes, &[0; 4]].concat()];
    let too_long = ((LIMIT + 1) as u64).to_be_bytes();
    case("too long", &head(&[&[0xff][..], &too_long].concat()), &[TOO_LONG]).await;
    case("2^62", &head(&[0xff, 0x40, 0, 0, 0, 0, 0, 0, 0]), &[TOO_LONG]).await;
    case("highest bit", &head(&[0xff, 0x80, 0, 0, 0, 0, 0, 0, 0]), &[PROTOCOL]).await;
    case("125 in two bytes", &head(&[0xfe, 0, 125]), &[PROTOCOL]).await;
    case("65,535 in eight bytes", &head(&[0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff]), &[PROTOCOL]).await;
}

#[tokio::test]
async fn a_client_has_to_mask() {
    case("not masked", &[vec![FIN | TEXT, 2, b'h', b'i']], &[PROTOCOL]).await;
    case("not masked, empty", &[text("before"), vec![FIN | TEXT, 0]], &[echoed("before"), PROTOCOL]).await;
}
