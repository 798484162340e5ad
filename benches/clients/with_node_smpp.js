// node-smpp (npm: smpp) as a client that submits as fast as it can for some seconds, 500 waiting for their answer.
'use strict';

const smpp = require('smpp');

const [host, port] = process.argv.slice(2);
const SECONDS = 3;
const WINDOW = 500;
const session = smpp.connect({ url: `smpp://${host}:${port}` });
session.on('enquire_link', (pdu) => session.send(pdu.response()));

session.on('connect', () => {
  session.bind_transceiver({ system_id: 'bench', password: 'secret' }, () => {
    const began = process.hrtime.bigint();
    const passed = () => Number(process.hrtime.bigint() - began) / 1e9;
    let answered = 0;
    let open = 0;
    const submit = () => {
      while (open < WINDOW && passed() < SECONDS) {
        open += 1;
        session.submit_sm(
          {
            source_addr_ton: 5,
            source_addr: 'shop',
            dest_addr_ton: 1,
            dest_addr_npi: 1,
            destination_addr: '447700900001',
            short_message: 'Your table is booked for 8 pm.',
          },
          (response) => {
            open -= 1;
            answered += response.command_status === 0 ? 1 : 0;
            if (open === 0 && passed() >= SECONDS) {
              console.log(`node-smpp: ${answered} submit_sm answered, ${Math.round(answered / passed())}/s`);
              session.unbind(() => process.exit(0));
            } else {
              submit();
            }
          },
        );
      }
    };
    submit();
  });
});
