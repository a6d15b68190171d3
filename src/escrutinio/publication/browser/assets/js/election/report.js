// What a verification reports, in a form that can be sent from a worker to the page.

import { toHex } from "../records/bytes.js";
import { isNative } from "../records/ed25519.js";
import { Refusal } from "../records/refusal.js";
import { toPlain } from "../records/shapes.js";
import { formatCheckpoint } from "../log/proof.js";
import { COPIES, PAPER, REPORTED, REPORTED_LATE, RULED } from "./counting.js";
import { plainRefusal } from "./steps.js";

const ORDER = [REPORTED, REPORTED_LATE, RULED, COPIES, PAPER];
const SHOWN = 100; // entries named of each kind
export const OF_KEYS = new Set(["key-unknown", "key-not-then", "key-revoked", "key-weak", "no-possession", "signature-bad"]);
const UNSURE = new Set(["key-unknown", "key-not-then", "key-revoked", "key-weak"]); // where a record that may enrol keys stands before

/** @typedef {import("./election.js").Judged} Judged */
/** @typedef {import("./steps.js").Steps} Steps */
/** @typedef {import("./steps.js").PlainRefusal} PlainRefusal */
/** @typedef {import("./steps.js").Step} Step */
/**
 * `totals` by contest and basis at the contest's area, none where they cannot be judged; `faults`: entries that state
 * nothing, the first of `faultCount`; `unread`: entries of types that are not known and change no total; `repeats`: entries
 * whose bytes stood before, each with the first; `beyond`: entries beyond a bound of the formats, or signed after their key was revoked; `revoked`: whose
 * keys were revoked, and by which entry; `told`: records whose
 * file is missing, or of another size than they state; `refused`: entries that count in no total, by code; `checkpoint` and `earlier` as text;
 * `figures` that were asked for by the names of pages, `figuresThen` as they were at the size of the page, where that is smaller.
 * @typedef {{ kind: "whole" | "part", origin: string, size: number, root: string, checkpoint: string, earlier: string,
 *   steps: Step[], definition: any, charter: any, native: boolean, seconds: number,
 *   totals: { contest: string, basis: string, total: any, stated: Record<string, import("./sheets.js").Sum> | null }[],
 *   faults: { index: number, why: PlainRefusal }[], faultCount: number, refused: [string, number[], number][],
 *   unread: import("./election.js").Unknown[], unreadCount: number, repeats: { index: number, first: number }[],
 *   repeatCount: number, beyond: { index: number, why: PlainRefusal }[], beyondCount: number,
 *   revoked: { signer: string, index: number }[], revokedCount: number,
 *   told: import("./attachments.js").Told | null,
 *   compared: import("./stated.js").Compared | null, area: any, sheet: import("./sheet-beside.js").Sheet | null,
 *   figures: (import("./sheets.js").Sum | null | undefined)[] | null, figuresThen: (import("./sheets.js").Sum | null | undefined)[] | null }} Report
 */

/** @param {unknown} error @returns {null} where it is a refusal */
function none(error) {
  if (error instanceof Refusal) return null;
  throw error;
}

/**
 * What every report says.
 * @param {import("../log/log.js").Log} log
 * @param {Steps} steps
 * @param {import("../log/log.js").Context | null} context
 * @param {Judged | null} judged
 * @param {string} [otherwise] why a check that was not made was not
 * @returns {Promise<Omit<Report, "seconds">>}
 */
export async function reportOf(log, steps, context, judged, otherwise) {
  const checkpoint = await log.checkpoint().catch(none);
  /** @type {Map<string, number[]>} */
  const refused = new Map();
  for (const { index, code } of judged?.refused ?? []) refused.set(code, [...(refused.get(code) ?? []), index]);
  const faults = judged ? sureFaults(judged) : [];
  const revoked = [...(judged?.keyring.held.values() ?? [])].filter((one) => one.revoked < Infinity).sort((a, b) => a.revoked - b.revoked);
  const totals = judged?.unknownTypes.length ? [] : [...(judged?.totals ?? [])];
  return {
    kind: "part",
    origin: checkpoint?.origin ?? "",
    size: checkpoint?.size ?? 0,
    root: checkpoint ? toHex(checkpoint.root) : "",
    checkpoint: checkpoint ? new TextDecoder().decode(formatCheckpoint(checkpoint)) : "",
    earlier: "",
    steps: steps.finish(otherwise),
    definition: context && toPlain(context.definition.body),
    charter: context && toPlain(context.charter.body),
    native: await isNative(),
    totals: totals.map(([name, { areas, ...total }]) => ({ ...basisOf(name), total, stated: null })).sort(byBasis),
    faults: faults.slice(0, SHOWN).map(({ index, why }) => ({ index, why: plainRefusal(why) })),
    faultCount: faults.length,
    unread: (judged?.unread ?? []).slice(0, SHOWN),
    unreadCount: judged?.unread.length ?? 0,
    repeats: (judged?.repeats ?? []).slice(0, SHOWN),
    repeatCount: judged?.repeats.length ?? 0,
    beyond: (judged?.beyond ?? []).slice(0, SHOWN).map(({ index, why }) => ({ index, why: plainRefusal(why) })),
    beyondCount: judged?.beyond.length ?? 0,
    revoked: revoked.slice(0, SHOWN).map(({ key, revoked: index }) => ({ signer: key.name, index })),
    revokedCount: revoked.length,
    told: null,
    refused: [...refused].map(([code, indices]) => /** @type {[string, number[], number]} */ ([code, indices.slice(0, SHOWN), indices.length])),
    compared: null,
    area: null,
    sheet: null,
    figures: null,
    figuresThen: null,
  };
}

/** @param {string} name of a total: contest and basis */
function basisOf(name) {
  const [contest, basis] = name.split(" ");
  return { contest, basis };
}

/** Official sheets first, then copies by name, then paper. @param {{ basis: string }} a @param {{ basis: string }} b */
function byBasis(a, b) {
  const order = (/** @type {string} */ basis) => ORDER.indexOf(basis.startsWith(COPIES) ? COPIES : basis);
  return order(a.basis) - order(b.basis) || (a.basis < b.basis ? -1 : 1);
}

/**
 * The entries that state nothing for certain: a record of a type that is not known may change keys, so that what comes
 * after one is not said to fail by its key.
 * @param {Judged} judged
 */
export function sureFaults({ faults, unknownTypes: [unknown] }) {
  return faults.filter(({ index, why }) => !unknown || index < unknown.index || !UNSURE.has(why.key));
}
