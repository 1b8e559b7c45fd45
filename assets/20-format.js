// Figures as text, the same as dashboard/formatting on the server: tests/data/format_cases.json tests both.
(() => {
  "use strict";
  const basis = (window.basis = window.basis || {});
  const MISSING = "–";
  const MINUS = "−";
  const NO_BREAK = "\u00a0";
  const NARROW = { EUR: "€", GBP: "£", JPY: "¥", USD: "$" };
  const UNITS = [
    [12, "T"],
    [9, "B"],
    [6, "M"],
    [3, "k"],
  ];
  const made = new Map();
  const intl = (locale, options) => {
    const key = locale + JSON.stringify(options);
    if (!made.has(key)) made.set(key, new Intl.NumberFormat(locale, options));
    return made.get(key);
  };
  const localeOf = (options) => (options && options.locale) || basis.locale || "en-GB";
  const missing = (value) => value == null || value === "" || !Number.isFinite(Number(value));
  // Intl rounds decimal text exactly: halves away from zero, on the shortest decimal of the number.
  const plain = (value, decimals) =>
    Number(intl("en-US", { maximumFractionDigits: decimals, useGrouping: false }).format(value));
  const sign = (rounded, signed) => (rounded < 0 ? MINUS : rounded > 0 && signed ? "+" : "");
  const magnitude = (value) => (typeof value === "string" ? value.replace(/^-/, "") : Math.abs(value));
  const symbolOf = (currency, locale) => {
    if (NARROW[currency]) return NARROW[currency];
    const parts = intl(locale, { style: "currency", currency }).formatToParts(0);
    return parts.find((part) => part.type === "currency").value;
  };
  const prefix = (currency, locale) => {
    if (!currency) return "";
    const symbol = symbolOf(currency, locale);
    return /\p{L}$/u.test(symbol) ? symbol + NO_BREAK : symbol;
  };
  const currencyDigits = (currency) =>
    intl("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
  const adjusted = (value) => Number(Number(magnitude(value)).toExponential().split("e")[1]);

  const number = (value, decimals = 2, options = {}) => {
    if (missing(value)) return MISSING;
    const fewest = options.min_decimals == null ? decimals : options.min_decimals;
    const formatter = intl(localeOf(options), { minimumFractionDigits: fewest, maximumFractionDigits: decimals });
    return sign(plain(value, decimals), options.signed) + formatter.format(magnitude(value));
  };

  const money = (value, currency, decimals, options = {}) => {
    if (missing(value)) return MISSING;
    const locale = localeOf(options);
    const digits = decimals == null ? currencyDigits(currency) : decimals;
    const shape = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
    const parts = intl(locale, shape).formatToParts(magnitude(value));
    const leading = parts[0].type === "currency";
    const symbol = leading ? prefix(currency, locale) : symbolOf(currency, locale);
    const text = parts
      .filter((part, index) => !(leading && index === 1 && part.type === "literal"))
      .map((part) => (part.type === "currency" ? symbol : part.value))
      .join("");
    return sign(plain(value, digits), options.signed) + text;
  };

  const tickDecimals = (tick) => {
    const [digits, exponent] = Number(tick).toExponential().split("e");
    return Math.max(0, (digits.split(".")[1] || "").length - Number(exponent));
  };
  const priceDecimals = (value, tick) => {
    if (tick) return tickDecimals(tick);
    if (Number(value) === 0 || Math.abs(value) >= 1) return 2;
    return Math.min(8, Math.max(2, 3 - adjusted(value)));
  };
  const price = (value, currency, options = {}) => {
    if (missing(value)) return MISSING;
    const fewest = options.min_decimals || 0;
    const whole = !options.tick && !fewest && currencyDigits(currency) === 0 && Number.isInteger(Number(value));
    return money(value, currency, whole ? 0 : Math.max(fewest, priceDecimals(value, options.tick)), options);
  };

  const percent = (fraction, decimals = 2, options = {}) => {
    if (missing(fraction)) return MISSING;
    const shape = { style: "percent", minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    return (
      sign(plain(fraction, decimals + 2), options.signed) + intl(localeOf(options), shape).format(magnitude(fraction))
    );
  };

  // Moves the decimal point of the shortest decimal: × 100 in binary would not be exact.
  const timesHundred = (value) => {
    const [digits, exponent] = Number(value).toExponential().split("e");
    return `${digits}e${Number(exponent) + 2}`;
  };
  const percentage_points = (difference, decimals = 2, options = {}) =>
    missing(difference)
      ? MISSING
      : `${number(Number(timesHundred(difference)), decimals, { ...options, signed: true })}${NO_BREAK}pp`;

  const quantity = (value, options = {}) => {
    if (missing(value)) return MISSING;
    const given = Number(value) !== 0 && options.digits;
    const most = given ? Math.max(0, Math.min(8, options.digits - 1 - adjusted(value))) : 8;
    if (given && plain(value, most) === 0) {
      const least = number(Math.sign(Number(value)) * 10 ** -most, most, options);
      return `${Number(value) < 0 ? ">" : "<"}${least}`;
    }
    const fewest = options.crypto && !Number.isInteger(Number(value)) ? 4 : 0;
    return number(value, most, { ...options, min_decimals: Math.min(fewest, most) });
  };

  const compact = (value, currency, options = {}) => {
    if (missing(value)) return MISSING;
    const locale = localeOf(options);
    const digits = options.digits || 3;
    const shape = { maximumSignificantDigits: digits, useGrouping: false };
    const rounded = Number(intl("en-US", shape).format(value));
    const exponent = rounded === 0 ? 0 : adjusted(rounded);
    const [power, suffix] = UNITS.find(([unit]) => exponent >= unit) || [0, ""];
    const decimals = rounded === 0 ? 0 : Math.max(0, digits - 1 - (exponent - power));
    const [mantissa, scale] = Math.abs(rounded).toExponential().split("e");
    const scaled = Number(`${mantissa}e${Number(scale) - power}`);
    const text = intl(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(scaled);
    return sign(rounded, options.signed) + prefix(currency, locale) + text + suffix;
  };

  const direction = (value, decimals = 2) => {
    if (missing(value)) return "none";
    const rounded = plain(value, decimals);
    return rounded > 0 ? "up" : rounded < 0 ? "down" : "flat";
  };

  const day = (value, options = {}) => {
    if (!value) return MISSING;
    const locale = localeOf(options);
    const at = new Date(String(value).length === 10 ? `${value}T00:00:00Z` : value);
    const shape = { day: "2-digit", month: "short", timeZone: "UTC" };
    const parts = new Intl.DateTimeFormat(locale, shape).formatToParts(at);
    const name = parts.find((part) => part.type === "month").value;
    const twoDigits = String(at.getUTCDate()).padStart(2, "0");
    const month = locale.startsWith("en") ? name.replace("Sept", "Sep") : name;
    return `${twoDigits} ${month} ${at.getUTCFullYear()}`;
  };

  const inZone = (value, zone) => {
    const shape = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
    const at = new Date(value);
    const zoneName = (locale) =>
      new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: "short" })
        .formatToParts(at)
        .find((part) => part.type === "timeZoneName").value;
    const names = ["en-GB", "en-US"].map(zoneName);
    const name = names.find((one) => !/[+\d]/.test(one)) || names[0];
    return [new Intl.DateTimeFormat("en-GB", shape).format(at), name];
  };
  const clock = (value, zone) => (value ? inZone(value, zone || basis.zone || "UTC").join(" ") : MISSING);
  const moment = (value, zone, options = {}) => {
    if (!value) return MISSING;
    const at = zone || basis.zone || "UTC";
    const local = new Intl.DateTimeFormat("en-CA", { timeZone: at, dateStyle: "short" }).format(new Date(value));
    return `${day(local, options)}, ${clock(value, at)}`;
  };

  const span = (seconds, most = 2) => {
    const words = [];
    let left = Math.max(0, seconds);
    for (const [size, word] of [
      [86400, "d"],
      [3600, "h"],
      [60, "min"],
      [1, "s"],
    ]) {
      const count = Math.floor(left / size);
      left -= count * size;
      if (count) words.push(`${count} ${word}`);
      else if (words.length) break;
    }
    return words.slice(0, most).join(" ") || "0 s";
  };
  const age = (value, now) => {
    if (!value) return MISSING;
    const seconds = Math.trunc((new Date(now || Date.now()) - new Date(value)) / 1000);
    if (seconds < 0) return `in ${span(-seconds)}`;
    return seconds < 60 ? "just now" : `${span(seconds, 1)} ago`;
  };
  const duration = (seconds) => {
    if (missing(seconds)) return MISSING;
    return seconds < 60 ? `${number(seconds, 1)} s` : span(Math.trunc(seconds));
  };

  basis.format = {
    number,
    money,
    price,
    percent,
    percentage_points,
    quantity,
    compact,
    direction,
    day,
    clock,
    moment,
    age,
    duration,
    missing,
    symbolOf,
  };
})();
