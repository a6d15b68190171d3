// What several record types are made of (docs/formats.md, "Parts"), written by hand from the format.

import { Refusal } from "./refusal.js";
import { BIT, CODE, COUNT, COUNTS, DIGEST, KEY, LONG, NAME, SHORT, SIGNATURE, TIME, UINT, array } from "./shapes.js";
import { bounded, optional, struct, trailing, word } from "./shapes.js";

/** By their number. */
export const ROLES = "authority receiver machine board party observer complaint-desk importer press court".split(" ");
export const ROLE = word(ROLES.join(" "));
export const CATEGORY = word(
  "access opening equipment power transmission count copies violence coercion roll relocation attack other",
);

export const title = struct({ language: CODE, text: SHORT });
export const titles = array(title, 0, 16);
export const named = array(title, 1, 16);
export const MEDIA_TYPES = "application/cbor text/csv text/plain application/json application/pdf image/jpeg image/png";
export const attachment = struct({
  digest: DIGEST,
  size: bounded(UINT, (size) => size <= 2 ** 28, (size) => new Refusal("bound-size", { size, limit: 2 ** 28 })),
  media_type: bounded(SHORT, (name) => MEDIA_TYPES.split(" ").includes(name), (name) => new Refusal("bound-media-type", { type: name, known: MEDIA_TYPES })),
});
export const attachments = array(attachment, 0, 256);
/** A share of one. @param {Record<string, import("./shapes.js").Shape<any>>} more */
export const share = (more) =>
  bounded(
    struct({ numerator: UINT, denominator: UINT, ...more }),
    ({ numerator, denominator }) => denominator >= 1 && numerator <= denominator,
    ({ numerator, denominator }) => new Refusal("bound-fraction", { numerator, denominator }),
  );
export const fraction = share({});
export const bar = share({ more: BIT, beside: array(UINT, 0, 16) });
export const head = struct({ origin: SHORT, size: UINT, root: DIGEST });
export const candidate = struct({ code: CODE, titles });
export const option = struct({ code: CODE, titles, candidate: UINT });
export const articles = array(struct({ rule: CODE, text: LONG }), 0, 64);
export const contest = struct({
  code: CODE,
  titles,
  method: word("plurality two-round dhondt sainte-lague hare droop"),
  seats: UINT,
  marks: UINT,
  area: CODE,
  candidates: array(candidate, 1, 4_096),
  options: array(option, 1, 4_096),
  classes: array(struct({ code: CODE, titles }), 0, 16),
  wins: array(struct({ share: bar, lead: optional(bar) }), 0, 8),
  threshold: optional(bar),
  quorum: optional(bar),
  ties: word("open order lots"),
  order: array(UINT, 0, 4_096),
  first: optional(struct({ election: DIGEST, contest: CODE })),
  articles,
});
/** The contests in a file of a definition. */
export const CONTESTS = array(contest, 1);
export const key = { name: NAME, public_key: KEY, role: ROLE, scope: array(CODE, 0, 4_096) };
export const enrolled = struct({ ...key, contests: array(CODE, 0, 4_096), titles, proof: SIGNATURE });
export const enrolledBefore = struct({ ...key, contests: array(CODE, 0, 256), titles });
export const announced = struct({ candidate: CODE, votes: optional(UINT), percent: optional(SHORT) });
export const arrived = struct({ channel: word("network satellite removable qr typed"), seconds: COUNT });
export const refused = struct({
  reason: word("malformed unknown-key bad-signature other-election too-long"),
  count: COUNT,
});

export const replaces = trailing(DIGEST); // the act of officers in force that this one takes the place of
export const removal = { attachment: DIGEST, reason: word("personal-data court-order error") };
export const committed = { commitment: DIGEST };
export const corrects = trailing(DIGEST); // the record of the same signer that this one puts right
export const classes = array(COUNT, 0, 16);
export const counts = { counts: COUNTS, classes, valid: optional(COUNT) };
export const more = optional(COUNT);
export const sheet = { ...counts, ballots: more, voters: more, supplement: more, spoilt: more };
export const report = { category: CATEGORY, at: TIME };
