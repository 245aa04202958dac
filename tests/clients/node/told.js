// What a script was asked to do, and how it says what it did: node SCRIPT.js ADDRESS KEY COUNT.
export const [address, key, count] = [process.argv[2], process.argv[3], Number(process.argv[4])];

/** Every number from 0 on, once a call. */
export const each = (call) => Array.from({ length: count }, (_, n) => call(n));

/** Tell the test how many calls of each type were made, after the client said that it was done. */
export const told = (calls) => console.log(JSON.stringify(calls));
