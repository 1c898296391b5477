"""The curves that travel documents use and ``cryptography`` knows (SEC 2, RFC 5639), with their numbers, which it
keeps to itself.

PACE needs them for its mapping (``curve_points``), and some issuers write them out in every key instead of naming
the curve. ``standard`` is the number of a curve in 9303-11, table 4. The curves of 192, 224 and 320 bits of RFC
5639 are not known here, nor any that an issuer made up.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from muster.crypto.curve_points import Curve, Point, of_generator


def _number(*digits: str) -> int:
    return int("".join(digits), 16)


CURVES: dict[int, Curve] = {
    8: Curve(
        "secp192r1",
        prime=_number("fffffffffffffffffffffffffffffffeffffffffffffffff"),
        a=_number("fffffffffffffffffffffffffffffffefffffffffffffffc"),
        b=_number("64210519e59c80e70fa7e9ab72243049feb8deecc146b9b1"),
        order=_number("ffffffffffffffffffffffff99def836146bc9b1b4d22831"),
        implementation=ec.SECP192R1(),
    ),
    10: Curve(
        "secp224r1",
        prime=_number("ffffffffffffffffffffffffffffffff000000000000000000000001"),
        a=_number("fffffffffffffffffffffffffffffffefffffffffffffffffffffffe"),
        b=_number("b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4"),
        order=_number("ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d"),
        implementation=ec.SECP224R1(),
    ),
    12: Curve(
        "secp256r1",
        prime=_number("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
        a=_number("ffffffff00000001000000000000000000000000fffffffffffffffffffffffc"),
        b=_number("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"),
        order=_number("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
        implementation=ec.SECP256R1(),
    ),
    13: Curve(
        "brainpoolP256r1",
        prime=_number("a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377"),
        a=_number("7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9"),
        b=_number("26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6"),
        order=_number("a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7"),
        implementation=ec.BrainpoolP256R1(),
    ),
    15: Curve(
        "secp384r1",
        prime=_number(
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe",
            "ffffffff0000000000000000ffffffff",
        ),
        a=_number(
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe",
            "ffffffff0000000000000000fffffffc",
        ),
        b=_number(
            "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a",
            "c656398d8a2ed19d2a85c8edd3ec2aef",
        ),
        order=_number(
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf",
            "581a0db248b0a77aecec196accc52973",
        ),
        implementation=ec.SECP384R1(),
    ),
    16: Curve(
        "brainpoolP384r1",
        prime=_number(
            "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b412b1da197fb71123",
            "acd3a729901d1a71874700133107ec53",
        ),
        a=_number(
            "7bc382c63d8c150c3c72080ace05afa0c2bea28e4fb22787139165efba91f90f",
            "8aa5814a503ad4eb04a8c7dd22ce2826",
        ),
        b=_number(
            "4a8c7dd22ce28268b39b55416f0447c2fb77de107dcd2a62e880ea53eeb62d57",
            "cb4390295dbc9943ab78696fa504c11",
        ),
        order=_number(
            "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7",
            "cf3ab6af6b7fc3103b883202e9046565",
        ),
        implementation=ec.BrainpoolP384R1(),
    ),
    17: Curve(
        "brainpoolP512r1",
        prime=_number(
            "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330871",
            "7d4d9b009bc66842aecda12ae6a380e62881ff2f2d82c68528aa6056583a48f3",
        ),
        a=_number(
            "7830a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc",
            "2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94ca",
        ),
        b=_number(
            "3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a7",
            "2bf2c7b9e7c1ac4d77fc94cadc083e67984050b75ebae5dd2809bd638016f723",
        ),
        order=_number(
            "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870",
            "553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069",
        ),
        implementation=ec.BrainpoolP512R1(),
    ),
    18: Curve(
        "secp521r1",
        prime=_number(
            "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "fff",
        ),
        a=_number(
            "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "ffc",
        ),
        b=_number(
            "51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109",
            "e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f",
            "00",
        ),
        order=_number(
            "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "ffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386",
            "409",
        ),
        implementation=ec.SECP521R1(),
    ),
}


def with_numbers(prime: int, a: int, b: int, generator: Point, order: int) -> Curve | None:
    """The curve that somebody wrote out; None for one that is not known."""
    for curve in CURVES.values():
        same = (curve.prime, curve.a, curve.b, curve.order) == (prime, a % curve.prime, b, order)
        if same and of_generator(curve, 1) == generator:
            return curve
    return None
