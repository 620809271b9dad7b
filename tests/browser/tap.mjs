/** Test points in the Test Anything Protocol. */

let n = 0;
let failed = 0;

/** Runs one test; what it throws is why it failed. */
export async function test(name, body) {
  n += 1;
  try {
    await body();
    console.log(`ok ${n} - ${name}`);
  } catch (e) {
    failed += 1;
    console.log(`not ok ${n} - ${name}`);
    for (const line of String(e.stack ?? e).split("\n"))
      console.log(`# ${line}`);
  }
}

/** The plan; true where every test passed. */
export function finish() {
  console.log(`1..${n}`);
  return failed === 0;
}
