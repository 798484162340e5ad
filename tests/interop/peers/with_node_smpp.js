// node-smpp (npm: smpp) as the peer. See ../run.py for what it is told and what it tells.
'use strict';

const smpp = require('smpp');

const told = JSON.parse(process.argv[2]);
const receipts = {};
const session = smpp.connect({ url: `smpp://127.0.0.1:${told.port}` });

const fail = (why) => {
  console.error(why);
  process.exit(1);
};
setTimeout(() => fail('not done after 20 s'), 20000).unref();
session.on('error', fail);
session.on('enquire_link', (pdu) => session.send(pdu.response()));
session.on('deliver_sm', (pdu) => {
  const text = pdu.short_message.message;
  receipts[pdu.receipted_message_id] = /stat:(\w{7})/.exec(text)[1];
  session.send(pdu.response());
});

const ask = (command, fields) => new Promise((resolve) => session[command](fields, resolve));
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const ends = { source_addr_ton: 1, source_addr_npi: 1, source_addr: told.source };
const submit = (destination, fields) =>
  ask('submit_sm', {
    ...ends,
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: destination,
    registered_delivery: 1,
    ...fields,
  });

// The library puts no messages into parts, but writes the header that is given to it.
function parts(text) {
  const size = 153;
  const count = Math.ceil(text.length / size);
  return Array.from({ length: count }, (_, part) => ({
    short_message: {
      udh: Buffer.from([5, 0, 3, 42, count, part + 1]),
      message: text.slice(part * size, (part + 1) * size),
    },
  }));
}

session.on('connect', async () => {
  const bound = await ask('bind_transceiver', {
    system_id: told.system_id,
    password: told.password,
    interface_version: 0x34,
  });
  const ids = { plain: [], long: [], ucs2: [] };
  ids.plain.push((await submit(told.destination, { short_message: told.plain })).message_id);
  for (const part of parts(told.long)) {
    ids.long.push((await submit(told.destination, { esm_class: 0x40, ...part })).message_id);
  }
  ids.ucs2.push((await submit(told.destination, { short_message: told.ucs2 })).message_id);
  const failed = await submit(told.failing, { short_message: told.plain });
  while (Object.keys(receipts).length < 5) await pause(0.01);
  const query = await ask('query_sm', { message_id: ids.plain[0], ...ends });
  const enquired = await ask('enquire_link', {});
  await pause(told.linger);
  const unbound = await ask('unbind', {});
  session.close(() => {
    console.log(
      JSON.stringify({
        bound: bound.command_status === 0,
        ids,
        failed: failed.command_status,
        receipts,
        query: query.message_state,
        enquired: enquired.command_status === 0,
        unbound: unbound.command_status === 0,
      }),
    );
    process.exit(0);
  });
});
