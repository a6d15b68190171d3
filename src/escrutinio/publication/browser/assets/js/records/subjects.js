// What a record speaks of: the forms of a subject, and taking one apart (docs/formats.md, "Subject").

import { quoted, refuse } from "./refusal.js";

/** @typedef {{ station?: string, contest?: string, area?: string, other?: string }} About */

/** @type {Record<string, (parts: string[], whole: string) => About | null>} */
const FORMS = {
  election: (_, whole) => (whole === "election" ? {} : null),
  contest: (parts) => (parts.length === 1 ? { contest: parts[0] } : null),
  "contest-area": (parts) => {
    if (parts.length > 2) return null;
    return parts.length === 1 ? { contest: parts[0] } : { contest: parts[0], area: parts[1] };
  },
  station: (parts) => (parts.length === 1 ? { station: parts[0] } : null),
  "station/contest": (parts) => (parts.length === 2 ? { station: parts[0], contest: parts[1] } : null),
  signer: (_, whole) => ({ other: whole }),
  lot: (parts) => (parts.length === 1 ? { other: parts[0] } : null),
  audit: (parts) => (parts.length === 1 ? { other: parts[0] } : null),
  matter: (parts) => {
    if (parts.length === 2) return parts[0] === "contest" ? { contest: parts[1] } : null;
    if (parts.length !== 3) return null;
    if (parts[0] === "area") return { area: parts[1], contest: parts[2] };
    return parts[0] === "station" ? { station: parts[1], contest: parts[2] } : null;
  },
  place: (parts, whole) => {
    if (whole === "election") return {};
    if (parts.length !== 2) return null;
    if (parts[0] === "area") return { area: parts[1] };
    return parts[0] === "station" ? { station: parts[1] } : null;
  },
};

/**
 * Take a subject, already checked to be one, apart by the form that its record type has.
 * @param {string} form
 * @param {string} subject
 * @returns {About}
 */
export function readSubject(form, subject) {
  return FORMS[form](subject.split("/"), subject) ?? refuse("subject-form", { subject: quoted(subject), form });
}
