import fs from "node:fs"; import {openRecord} from "./record.js"; import {fromHex,toHex} from "./bytes.js"; import {verifySignature,keyIsAcceptable,keyIsValid} from "./ed25519.js"; import {verifyInBigInt} from "./curve.js"; import {toPlain} from "./shapes.js"; import {keyId} from "./cose.js"; import {equal} from "./bytes.js"; import {signatureIsCanonical, verifier} from "./ed25519.js";
import assert from "node:assert";
const v=JSON.parse(fs.readFileSync("/work/main/docs/vectors/records.json"));
for(const r of v.records){const e=openRecord(fromHex(r.record)); assert.deepEqual(toPlain(e.body),r.body); assert(await verifySignature(fromHex(r.public_key),e.frame.signed,e.frame.signature)); assert.equal(toHex(e.frame.signed),r.signed)}
const c={}; for(const r of v.refused){let ok=true,w; try{openRecord(fromHex(r.record))}catch(e){ok=false;w=e; if(e.name!=="Refusal") throw e} if(ok) console.log("ACCEPTED",r.reason); else c[r.reason]=w.message}
console.log(c);
for(const s of v.signatures){const e=openRecord(fromHex(s.record)); for (const plain of [false,true]) { const ok=equal(e.frame.kid,keyId(fromHex(s.public_key)))&&await (await verifier(fromHex(s.public_key),plain))(e.frame.signed,e.frame.signature); if(ok!==s.verifies) console.log("SIG",s.reason,ok)}}
for(const k of v.keys){const b=fromHex(k.public_key); if(keyIsAcceptable(b)!==k.acceptable||keyIsValid(b)!==k.enrollable) console.log("KEY",k.reason)}
