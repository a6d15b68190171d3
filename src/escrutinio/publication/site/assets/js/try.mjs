import {sha256} from "./sha256.js"; import crypto from "node:crypto";
for (let n=0;n<300;n++){const b=crypto.randomBytes(n); const x=Buffer.from(sha256(b)).toString("hex"); if(x!==crypto.createHash("sha256").update(b).digest("hex")) throw n;}
let b=new Uint8Array(65); let t=performance.now(); for(let i=0;i<300000;i++) b.set(sha256(b)); console.log((performance.now()-t)/300000*1000,"us per node");
let big=new Uint8Array(20e6); t=performance.now(); sha256(big); console.log(20/(performance.now()-t)*1000,"MB/s");
