"""ISO 4217: the currencies a price may have and how many decimals each has (List One, funds and metals left out)."""

from decimal import Decimal

ZERO_DECIMALS = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_TWO_DECIMALS = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
    CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
    KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
    NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
    TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""

DECIMALS: dict[str, int] = (
    dict.fromkeys(_TWO_DECIMALS.split(), 2) | dict.fromkeys(ZERO_DECIMALS, 0) | dict.fromkeys(THREE_DECIMALS, 3)
)
_QUANTA = {code: Decimal(1).scaleb(-places) for code, places in DECIMALS.items()}


def format_money(amount: Decimal, currency: str) -> str:
    """An amount as the API writes it, with the currency's number of decimals: `129.90`, and `1000` for JPY."""
    return f"{amount.quantize(_QUANTA[currency]):f}"


def fits(amount: Decimal, currency: str) -> bool:
    """Whether an amount has no more decimals than its currency; trailing zeros do not count."""
    return amount == round(amount, DECIMALS[currency])
