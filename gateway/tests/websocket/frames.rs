//! Sections 1 to 5 and 10: framing, pings, reserved bits, opcodes, fragmentation.

use crate::echo::{
    BINARY, CONTINUATION, FIN, Got, PING, PONG, TEXT, bye, case, close, echoed, fragments, frame, pong, talk,
    talk_slowly, text,
};

const NORMAL: Got = Got::Close(Some(1000));
const PROTOCOL: Got = Got::Close(Some(1002));

#[tokio::test]
async fn section_1_framing() {
    for (number, length) in (1..).zip([0, 125, 126, 127, 128, 65_535, 65_536]) {
        let payload = "*".repeat(length);
        case(&format!("1.1.{number}"), &[text(&payload), bye()], &[echoed(&payload), NORMAL]).await;
        let payload = vec![0xfe; length];
        let expected = [Got::Binary(payload.clone()), NORMAL];
        case(&format!("1.2.{number}"), &[frame(FIN | BINARY, payload), bye()], &expected).await;
    }
    // 1.1.8 and 1.2.8: in chops of 997 bytes.
    for first in [FIN | TEXT, FIN | BINARY] {
        let bytes = [frame(first, "*".repeat(65_536)), bye()].concat();
        let pieces: Vec<_> = bytes.chunks(997).map(<[u8]>::to_vec).collect();
        let got = talk(&pieces, false).await;
        assert!(matches!(&got[..], [Got::Text(it) | Got::Binary(it), NORMAL] if it.len() == 65_536));
    }
}

#[tokio::test]
async fn section_2_pings() {
    let binary = [0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff];
    let full = "*".repeat(125);
    let ping = |payload: &[u8]| frame(FIN | PING, payload);
    case("2.1", &[ping(b""), bye()], &[pong(""), NORMAL]).await;
    case("2.2", &[ping(b"Hello, world!"), bye()], &[pong("Hello, world!"), NORMAL]).await;
    case("2.3", &[ping(&binary), bye()], &[pong(binary), NORMAL]).await;
    case("2.4, 2.6", &[ping(full.as_bytes()), bye()], &[pong(&full), NORMAL]).await;
    case("2.5", &[ping("*".repeat(126).as_bytes()), bye()], &[PROTOCOL]).await;
    case("2.7", &[frame(FIN | PONG, ""), bye()], &[NORMAL]).await;
    case("2.8", &[frame(FIN | PONG, "unsolicited"), bye()], &[NORMAL]).await;
    case("2.9", &[frame(FIN | PONG, "unsolicited"), ping(b"mine"), bye()], &[pong("mine"), NORMAL]).await;
    let pings: Vec<_> = (0..10).map(|number| ping(format!("payload-{number}").as_bytes())).chain([bye()]).collect();
    let pongs: Vec<_> = (0..10).map(|number| pong(format!("payload-{number}"))).chain([NORMAL]).collect();
    case("2.10, 2.11", &pings, &pongs).await;
}

#[tokio::test]
async fn section_3_reserved_bits() {
    let reserved = |bits: u8, opcode: u8| frame(FIN | bits << 4 | opcode, "reserved");
    case("3.1", &[reserved(1, TEXT), bye()], &[PROTOCOL]).await;
    for (id, bits) in [("3.2", 2), ("3.3", 3), ("3.4", 4)] {
        case(id, &[text("small"), reserved(bits, TEXT), frame(FIN | PING, "")], &[echoed("small"), PROTOCOL]).await;
    }
    case("3.5", &[reserved(5, BINARY), bye()], &[PROTOCOL]).await;
    case("3.6", &[reserved(6, PING), bye()], &[PROTOCOL]).await;
    let mut closing = close(1000, "");
    closing[0] |= 0x70;
    case("3.7", &[closing], &[PROTOCOL]).await;
}

#[tokio::test]
async fn section_4_opcodes() {
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
        for payload in ["", "reserved opcode"] {
            let id = format!("4, opcode {opcode}");
            case(&id, &[frame(FIN | opcode, payload), frame(FIN | PING, "")], &[PROTOCOL]).await;
            let frames = [text("before"), frame(FIN | opcode, payload), frame(FIN | PING, "")];
            case(&id, &frames, &[echoed("before"), PROTOCOL]).await;
        }
    }
}

#[tokio::test]
async fn section_5_fragmentation() {
    let begin = |payload: &str| frame(TEXT, payload);
    let middle = |payload: &str| frame(CONTINUATION, payload);
    let last = |payload: &str| frame(FIN | CONTINUATION, payload);
    let ping = |payload: &str| frame(FIN | PING, payload);
    let both = || echoed("fragment1fragment2");

    case("5.1", &[frame(PING, "fragment1"), last("fragment2")], &[PROTOCOL]).await;
    case("5.2", &[frame(PONG, "fragment1"), last("fragment2")], &[PROTOCOL]).await;
    case("5.3 to 5.5", &[begin("fragment1"), last("fragment2"), bye()], &[both(), NORMAL]).await;
    let frames = [begin("fragment1"), ping("ping"), last("fragment2"), bye()];
    case("5.6 to 5.8", &frames, &[pong("ping"), both(), NORMAL]).await;
    case("5.9 to 5.11", &[last("nothing to continue"), text("hello")], &[PROTOCOL]).await;
    case("5.12 to 5.14", &[middle("nothing to continue"), text("hello")], &[PROTOCOL]).await;
    let frames = [begin("fragment1"), last("fragment2"), middle("nothing to continue"), text("hello")];
    case("5.15", &frames, &[both(), PROTOCOL]).await;
    for (id, nothing) in [("5.16", middle("nothing to continue")), ("5.17", last("nothing to continue"))] {
        let round = [nothing, begin("fragment1"), last("fragment2")];
        case(id, &[round.clone(), round].concat(), &[PROTOCOL]).await;
    }
    case("5.18", &[begin("fragment1"), text("fragment2")], &[PROTOCOL]).await;
    let frames =
        [begin("1"), middle("2"), ping("pongme 1"), middle("3"), middle("4"), ping("pongme 2"), last("5"), bye()];
    let expected = [pong("pongme 1"), pong("pongme 2"), echoed("12345"), NORMAL];
    case("5.20", &frames, &expected).await;
    assert_eq!(talk_slowly(&frames).await, expected, "case 5.19, with pauses");
}

#[tokio::test]
async fn section_10_a_message_in_fragments_of_one_size() {
    let payload = "*".repeat(65_536);
    for (id, size) in [("9.3, 64 bytes each", 64), ("9.3, 4,096 bytes each", 4_096), ("10.1.1", 1_300)] {
        case(id, &[fragments(TEXT, payload.as_bytes(), size), bye()], &[echoed(&payload), NORMAL]).await;
        let expected = [Got::Binary(payload.clone().into_bytes()), NORMAL];
        case(id, &[fragments(BINARY, payload.as_bytes(), size), bye()], &expected).await;
    }
}
