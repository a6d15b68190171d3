import {sha512,verifyInBigInt,isMainPoint} from "./curve.js"; import crypto from "node:crypto"; import fs from "node:fs";
import {verifySignature} from "./ed25519.js";
for (let n=0;n<300;n+=7){const b=crypto.randomBytes(n); if(Buffer.from(sha512(b)).toString("hex")!==crypto.createHash("sha512").update(b).digest("hex")) throw n;}
const kp=await crypto.webcrypto.subtle.generateKey("Ed25519",true,["sign","verify"]); const pk=new Uint8Array(await crypto.webcrypto.subtle.exportKey("raw",kp.publicKey));
const m=crypto.randomBytes(400); const s=new Uint8Array(await crypto.webcrypto.subtle.sign("Ed25519",kp.privateKey,m));
let t=performance.now(); for(let i=0;i<20;i++) if(!verifyInBigInt(pk,m,s)) throw "x"; console.log((performance.now()-t)/20,"ms verify");
console.log(isMainPoint(pk)); s[3]^=1; console.log(verifyInBigInt(pk,m,s), await verifySignature(pk,m,s)); s[3]^=1; console.log(await verifySignature(pk,m,s));
