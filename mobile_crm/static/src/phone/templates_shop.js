/* Made by `./dev phone` from the .xml files beside, by Owl's own compiler. Do not edit. */
import { term as t, termInXml as x } from "./core/texts";

export const templates = {
"phone.BasketPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { capture, prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.BasketPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const callTemplate_1 = app.getTemplate(`phone.BasketChanges`);
  const comp4 = app.createComponent(`Thumb`, true, false, false, ["url","icon"]);
  const comp5 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp6 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp7 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp8 = app.createComponent(`Code`, true, false, false, ["format","value"]);
  const comp9 = app.createComponent(`Empty`, true, true, false, ["icon","text"]);
  const comp10 = app.createComponent(`Empty`, true, false, false, ["icon"]);
  const comp11 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp12 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp13 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block1 = createBlock(`<a class="icon-button" block-attribute-0="href" aria-label="${x("Scan the next one")}"><block-child-0/></a>`);
  let block5 = createBlock(`<a class="card line" block-attribute-0="href"><block-child-0/><span class="grow"><span class="strong">${x("Your exit pass")}</span><br/><span class="muted small">${x("Show it on your way out.")}</span></span><span class="along"><block-child-1/></span></a>`);
  let block8 = createBlock(`<p class="card"><block-text-0/></p>`);
  let block11 = createBlock(`<p class="card">${x("This is your basket as this phone knew it last. To change it or to pay you need the network, or go to the till.")}</p>`);
  let block12 = createBlock(`<div class="line spread"><h2 class="grow"><block-text-0/></h2><span class="muted number"><block-text-1/></span></div>`);
  let block13 = createBlock(`<p class="muted small"><block-text-0/></p>`);
  let block14 = createBlock(`<div class="card"><h2>${x("Your basket is being paid")}</h2><p>${x("It can be changed again when the payment is taken back.")}</p><a class="button primary wide" block-attribute-0="href">${x("Show the payment")}</a></div>`);
  let block15 = createBlock(`<p class="card">${x("There is nothing in it yet. Scan what you take from the shelf.")}</p>`);
  let block16 = createBlock(`<ul class="list" aria-label="${x("What is in your basket")}"><block-child-0/></ul>`);
  let block18 = createBlock(`<li class="basket-line"><block-child-0/><div><h3><bdi><block-text-0/></bdi></h3><p class="muted small number"><block-text-1/></p></div><span class="end strong number"><block-text-2/></span><block-child-1/><div class="basket-count"><block-child-2/><block-child-3/><block-child-4/></div></li>`);
  let block20 = createBlock(`<div class="grow small"><block-child-0/><block-child-1/></div>`);
  let block21 = createBlock(`<p class="warning"><block-text-0/></p>`);
  let block22 = createBlock(`<span class="tag warning">${x("A colleague checks this")}</span>`);
  let block23 = createBlock(`<span class="stepper"><button type="button" class="icon-button" block-attribute-0="aria-label" block-handler-1="click"><block-child-0/></button><span class="count strong number" aria-live="polite"><block-text-2/></span><button type="button" class="icon-button" block-attribute-3="aria-label" block-handler-4="click"><block-child-1/></button></span>`);
  let block26 = createBlock(`<span class="count number"><block-text-0/></span>`);
  let block27 = createBlock(`<button type="button" class="link" block-attribute-0="aria-label" block-handler-1="click">${x("Take out")}</button>`);
  let block28 = createBlock(`<a class="button wide" block-attribute-0="href"><block-child-0/> ${x("Scan the next one")} </a>`);
  let block30 = createBlock(`<section class="card" aria-labelledby="coupons"><h2 id="coupons">${x("Coupons")}</h2><block-child-0/><block-child-1/></section>`);
  let block32 = createBlock(`<div class="line spread"><span class="grow"><bdi><block-text-0/></bdi><br/><span class="tag success">${x("Counts on this basket")}</span></span><block-child-0/></div>`);
  let block33 = createBlock(`<button type="button" class="link" block-property-0="disabled" block-handler-1="click">${x("Leave out")}</button>`);
  let block35 = createBlock(`<div class="line spread"><span class="grow"><bdi><block-text-0/></bdi></span><block-child-0/></div>`);
  let block36 = createBlock(`<button type="button" class="button" block-property-0="disabled" block-handler-1="click">${x("Use it")}</button>`);
  let block37 = createBlock(`<section class="card" aria-labelledby="rewards"><h2 id="rewards">${x("Your rewards")}</h2><block-child-0/></section>`);
  let block39 = createBlock(`<div class="line spread"><span class="grow"><bdi><block-text-0/></bdi><br/><span class="muted small"><block-text-1/></span></span><block-child-0/><block-child-1/></div>`);
  let block40 = createBlock(`<button type="button" class="link" block-property-0="disabled" block-handler-1="click">${x("Leave out")}</button>`);
  let block41 = createBlock(`<button type="button" class="button" block-property-0="disabled" block-handler-1="click">${x("Take it")}</button>`);
  let block42 = createBlock(`<section class="card show" aria-labelledby="checks" role="status"><h2 id="checks">${x("A colleague looks first")}</h2><block-child-0/><block-child-1/><p class="letters"><block-text-0/></p><p class="muted small">${x("Show this to a colleague. You can go on to pay as soon as they have looked.")}</p></section>`);
  let block44 = createBlock(`<p><block-text-0/></p>`);
  let block46 = createBlock(`<section class="card" aria-labelledby="sum"><h2 id="sum" class="visually-hidden">${x("What it comes to")}</h2><dl class="totals" block-attribute-0="aria-busy"><block-child-0/><block-child-1/><div class="total"><dt>${x("Total")}</dt><dd class="number" aria-live="polite"><block-text-1/></dd></div></dl></section>`);
  let block48 = createBlock(`<div class="success"><dt><bdi><block-text-0/></bdi></dt><dd class="number"><block-text-1/></dd></div>`);
  let block50 = createBlock(`<div class="muted small"><dt><block-text-0/></dt><dd class="number"><block-text-1/></dd></div>`);
  let block51 = createBlock(`<div class="pay-bar"><button type="button" class="button primary wide" block-property-0="disabled" block-handler-1="click"><block-child-0/><block-child-1/></button></div>`);
  let block54 = createBlock(`<button type="button" class="link danger" block-handler-0="click">${x("Empty the basket")}</button>`);
  let block55 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  let block58 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/><i/></div>`);
  let block60 = createBlock(`<div class="card" role="status"><block-child-0/><block-child-1/></div>`);
  let block62 = createBlock(`<h2>${x("Your basket is paid")}</h2>`);
  let block63 = createBlock(`<a class="button primary wide" block-attribute-0="href">${x("Show the purchase")}</a>`);
  let block64 = createBlock(`<p>${x("Your last basket was given up, because nothing happened for a while.")}</p>`);
  let block66 = createBlock(`<ol class="scan-steps"><li>${x("Scan the barcode of each thing you take.")}</li><li>${x("See what it costs, with your coupons.")}</li><li>${x("Pay here or at the till.")}</li><li>${x("Show your exit pass at the door.")}</li></ol>`);
  let block67 = createBlock(`<a class="button primary" block-attribute-0="href"><block-child-0/> ${x("Start scanning")} </a>`);
  
  function slot1(ctx, node, key = "") {
    let attr1 = ctx['env'].router.url('/scan?for=basket');
    const b2 = comp1({name: 'scan'}, key + `__1`, node, this, null);
    return block1([attr1], [b2]);
  }
  
  function slot2(ctx, node, key = "") {
    let b4, b8, b9, b56, b57, b58, b59;
    ctx = Object.create(ctx);
    const [k_block4, v_block4, l_block4, c_block4] = prepareList(ctx['own'].passes);;
    for (let i1 = 0; i1 < l_block4; i1++) {
      ctx[`pass`] = k_block4[i1];
      const key1 = ctx['pass'].id;
      let attr2 = ctx['env'].router.url('/exit/'+ctx['pass'].id);
      const b6 = comp2({name: 'check'}, key + `__2__${key1}`, node, this, null);
      const b7 = comp3({name: 'next'}, key + `__3__${key1}`, node, this, null);
      c_block4[i1] = withKey(block5([attr2], [b6, b7]), key1);
    }
    ctx = ctx.__proto__;
    b4 = list(c_block4);
    if (ctx['session'].isSignedIn&&ctx['wantedText']) {
      let txt1 = ctx['wantedText'];
      b8 = block8([txt1]);
    }
    if (ctx['order']) {
      let b10, b11, b12, b13, b14, b15, b16, b28, b30, b37, b42, b46, b51, b54;
      b10 = callTemplate_1.call(this, ctx, node, key + `__4`);
      if (!ctx['session'].isOnline) {
        b11 = block11();
      }
      let txt2 = ctx['order'].store?ctx['order'].store.name:'';
      let txt3 = ctx['countText'];
      b12 = block12([txt2, txt3]);
      if (ctx['endText']) {
        let txt4 = ctx['endText'];
        b13 = block13([txt4]);
      }
      if (!ctx['isOpen']) {
        let attr3 = ctx['env'].router.url('/basket/pay');
        b14 = block14([attr3]);
      }
      if (!ctx['lines'].length) {
        b15 = block15();
      } else {
        ctx = Object.create(ctx);
        const [k_block17, v_block17, l_block17, c_block17] = prepareList(ctx['lines']);;
        for (let i1 = 0; i1 < l_block17; i1++) {
          ctx[`line`] = k_block17[i1];
          const key1 = ctx['line'].id;
          let b19, b20, b23, b26, b27;
          b19 = comp4({url: ctx['line'].image_url,icon: 'basket'}, key + `__5__${key1}`, node, this, null);
          let txt5 = ctx['line'].name;
          let txt6 = ctx['priceText'](ctx['line']);
          let txt7 = ctx['money'](ctx['line'].total);
          if (ctx['warning'](ctx['line'])||ctx['line'].needs_staff) {
            let b21, b22;
            if (ctx['warning'](ctx['line'])) {
              let txt8 = ctx['warning'](ctx['line']);
              b21 = block21([txt8]);
            }
            if (ctx['line'].needs_staff) {
              b22 = block22();
            }
            b20 = block20([], [b21, b22]);
          }
          if (ctx['isOpen']&&ctx['isCounted'](ctx['line'])) {
            let attr4 = ctx['labelLess'](ctx['line']);
            const v1 = ctx['this'];
            const v2 = ctx['line'];
            let hdlr1 = [()=>v1.change(v2,-1), ctx];
            const b24 = comp5({name: 'minus'}, key + `__6__${key1}`, node, this, null);
            let txt9 = ctx['amount'](ctx['line']);
            let attr5 = ctx['labelMore'](ctx['line']);
            const v3 = ctx['this'];
            const v4 = ctx['line'];
            let hdlr2 = [()=>v3.change(v4,1), ctx];
            const b25 = comp6({name: 'plus'}, key + `__7__${key1}`, node, this, null);
            b23 = block23([attr4, hdlr1, txt9, attr5, hdlr2], [b24, b25]);
          } else {
            let txt10 = ctx['amount'](ctx['line']);
            b26 = block26([txt10]);
          }
          if (ctx['isOpen']) {
            let attr6 = ctx['labelRemove'](ctx['line']);
            const v5 = ctx['this'];
            const v6 = ctx['line'];
            let hdlr3 = [()=>v5.remove(v6), ctx];
            b27 = block27([attr6, hdlr3]);
          }
          c_block17[i1] = withKey(block18([txt5, txt6, txt7], [b19, b20, b23, b26, b27]), key1);
        }
        ctx = ctx.__proto__;
        const b17 = list(c_block17);
        b16 = block16([], [b17]);
      }
      if (ctx['isOpen']) {
        let attr7 = ctx['env'].router.url('/scan?for=basket');
        const b29 = comp7({name: 'scan'}, key + `__8`, node, this, null);
        b28 = block28([attr7], [b29]);
      }
      if (ctx['facts'].offers.length||ctx['facts'].usable_offers.length) {
        ctx = Object.create(ctx);
        const [k_block31, v_block31, l_block31, c_block31] = prepareList(ctx['facts'].offers);;
        for (let i1 = 0; i1 < l_block31; i1++) {
          ctx[`offer`] = k_block31[i1];
          const key1 = ctx['offer'].id;
          let b33;
          let txt11 = ctx['offer'].title;
          if (ctx['isOpen']) {
            let prop1 = new Boolean(ctx['state'].isSending||undefined);
            const v7 = ctx['this'];
            const v8 = ctx['offer'];
            let hdlr4 = [()=>v7.dropOffer(v8), ctx];
            b33 = block33([prop1, hdlr4]);
          }
          c_block31[i1] = withKey(block32([txt11], [b33]), key1);
        }
        ctx = ctx.__proto__;
        const b31 = list(c_block31);
        ctx = Object.create(ctx);
        const [k_block34, v_block34, l_block34, c_block34] = prepareList(ctx['facts'].usable_offers);;
        for (let i1 = 0; i1 < l_block34; i1++) {
          ctx[`offer`] = k_block34[i1];
          const key1 = ctx['offer'].id;
          let b36;
          let txt12 = ctx['offer'].title;
          if (ctx['isOpen']) {
            let prop2 = new Boolean(ctx['state'].isSending||undefined);
            const v9 = ctx['this'];
            const v10 = ctx['offer'];
            let hdlr5 = [()=>v9.useOffer(v10), ctx];
            b36 = block36([prop2, hdlr5]);
          }
          c_block34[i1] = withKey(block35([txt12], [b36]), key1);
        }
        ctx = ctx.__proto__;
        const b34 = list(c_block34);
        b30 = block30([], [b31, b34]);
      }
      if (ctx['facts'].rewards.length) {
        ctx = Object.create(ctx);
        const [k_block38, v_block38, l_block38, c_block38] = prepareList(ctx['facts'].rewards);;
        for (let i1 = 0; i1 < l_block38; i1++) {
          ctx[`reward`] = k_block38[i1];
          const key1 = ctx['reward'].reward_id+':'+ctx['reward'].card_id;
          let b40, b41;
          let txt13 = ctx['reward'].title;
          let txt14 = ctx['costs'](ctx['reward']);
          if (ctx['reward'].claimed) {
            let prop3 = new Boolean(ctx['state'].isSending||undefined);
            const v11 = ctx['this'];
            const v12 = ctx['reward'];
            let hdlr6 = [()=>v11.drop(v12), ctx];
            b40 = block40([prop3, hdlr6]);
          } else {
            let prop4 = new Boolean(ctx['state'].isSending||undefined);
            const v13 = ctx['this'];
            const v14 = ctx['reward'];
            let hdlr7 = [()=>v13.claim(v14), ctx];
            b41 = block41([prop4, hdlr7]);
          }
          c_block38[i1] = withKey(block39([txt13, txt14], [b40, b41]), key1);
        }
        ctx = ctx.__proto__;
        const b38 = list(c_block38);
        b37 = block37([], [b38]);
      }
      if (ctx['checks'].length) {
        ctx = Object.create(ctx);
        const [k_block43, v_block43, l_block43, c_block43] = prepareList(ctx['checks']);;
        for (let i1 = 0; i1 < l_block43; i1++) {
          ctx[`check`] = k_block43[i1];
          const key1 = ctx['check'].line_id+ctx['check'].reason;
          let txt15 = ctx['check'].text;
          c_block43[i1] = withKey(block44([txt15]), key1);
        }
        ctx = ctx.__proto__;
        const b43 = list(c_block43);
        const b45 = comp8({format: 'qr',value: ctx['order'].id,label: `${t("Your basket, for the colleague to scan")}`}, key + `__9`, node, this, null);
        let txt16 = ctx['order'].name;
        b42 = block42([txt16], [b43, b45]);
      }
      let attr8 = ctx['isWaiting']?'true':'false';
      ctx = Object.create(ctx);
      const [k_block47, v_block47, l_block47, c_block47] = prepareList(ctx['rewards']);;
      for (let i1 = 0; i1 < l_block47; i1++) {
        ctx[`reward`] = k_block47[i1];
        ctx[`reward_index`] = i1;
        const key1 = ctx['reward_index'];
        let txt17 = ctx['reward'].name;
        let txt18 = ctx['money'](ctx['reward'].total);
        c_block47[i1] = withKey(block48([txt17, txt18]), key1);
      }
      ctx = ctx.__proto__;
      const b47 = list(c_block47);
      ctx = Object.create(ctx);
      const [k_block49, v_block49, l_block49, c_block49] = prepareList(ctx['order'].taxes);;
      for (let i1 = 0; i1 < l_block49; i1++) {
        ctx[`tax`] = k_block49[i1];
        ctx[`tax_index`] = i1;
        const key1 = ctx['tax_index'];
        let txt19 = ctx['taxText'](ctx['tax']);
        let txt20 = ctx['money'](ctx['tax'].amount);
        c_block49[i1] = withKey(block50([txt19, txt20]), key1);
      }
      ctx = ctx.__proto__;
      const b49 = list(c_block49);
      let txt21 = ctx['money'](ctx['order'].total);
      b46 = block46([attr8, txt21], [b47, b49]);
      if (ctx['isOpen']&&ctx['lines'].length) {
        let b52, b53;
        let prop5 = new Boolean(ctx['checks'].length||!ctx['session'].isOnline||undefined);
        let hdlr8 = [ctx['pay'], ctx];
        if (ctx['checks'].length) {
          b52 = text(`${t("A colleague looks first")}`);
        } else {
          b53 = text(ctx['payText']);
        }
        b51 = block51([prop5, hdlr8], [b52, b53]);
      }
      if (ctx['isOpen']) {
        let hdlr9 = [ctx['giveUp'], ctx];
        b54 = block54([hdlr9]);
      }
      b9 = multi([b10, b11, b12, b13, b14, b15, b16, b28, b30, b37, b42, b46, b51, b54]);
    } else if (ctx['own'].problem) {
      const ctx2 = capture(ctx);
      b56 = comp9({icon: ctx['session'].isOnline?'warning':'offline',title: `${t("Your basket cannot be shown")}`,text: ctx['own'].problem,slots: markRaw({'default': {__render: slot3.bind(this), __ctx: ctx2}})}, key + `__10`, node, this, null);
    } else if (ctx['session'].isSignedIn&&!ctx['state'].isFresh&&!ctx['session'].isOnline) {
      b57 = comp10({icon: 'offline',title: `${t("Your basket cannot be shown")}`,text: `${t("Your basket needs the network.")}`}, key + `__11`, node, this, null);
    } else if (ctx['session'].isSignedIn&&!ctx['state'].isFresh) {
      b58 = block58();
    } else {
      let b60, b69;
      if (ctx['state'].ended) {
        let b61, b64;
        if (ctx['state'].ended.basket.state==='sold') {
          const b62 = block62();
          let attr9 = ctx['env'].router.url('/purchases/'+ctx['state'].ended.id);
          const b63 = block63([attr9]);
          b61 = multi([b62, b63]);
        } else {
          b64 = block64();
        }
        b60 = block60([], [b61, b64]);
      }
      const ctx3 = capture(ctx);
      b69 = comp12({icon: 'basket',title: `${t("Scan and go")}`,text: `${t("Scan what you take from the shelf, pay with your phone, and go. No waiting at the till.")}`,slots: markRaw({'default': {__render: slot4.bind(this), __ctx: ctx3}})}, key + `__13`, node, this, null);
      b59 = multi([b60, b69]);
    }
    return multi([b4, b8, b9, b56, b57, b58, b59]);
  }
  
  function slot3(ctx, node, key = "") {
    const v15 = ctx['this'];
    let hdlr10 = [()=>v15.look(), ctx];
    return block55([hdlr10]);
  }
  
  function slot4(ctx, node, key = "") {
    const b66 = block66();
    let attr10 = ctx['env'].router.url('/scan?for=basket');
    const b68 = comp11({name: 'scan'}, key + `__12`, node, this, null);
    const b67 = block67([attr10], [b68]);
    return multi([b66, b67]);
  }
  
  return function template(ctx, node, key = "") {
    const ctx1 = capture(ctx);
    return comp13({title: `${t("Basket")}`,back: '/scan',slots: markRaw({'actions': {__render: slot1.bind(this), __ctx: ctx1}, 'default': {__render: slot2.bind(this), __ctx: ctx1}})}, key + `__14`, node, this, null);
  }
},
"phone.BasketChanges": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey } = helpers;
  // Template name: "phone.BasketChanges"
  
  let block2 = createBlock(`<div class="card changed" role="status"><h2>${x("Something has changed")}</h2><ul><block-child-0/></ul><button type="button" class="link" block-handler-0="click">${x("All right")}</button></div>`);
  let block4 = createBlock(`<li><block-text-0/></li>`);
  
  return function template(ctx, node, key = "") {
    let b2;
    if (ctx['state'].changes.length) {
      ctx = Object.create(ctx);
      const [k_block3, v_block3, l_block3, c_block3] = prepareList(ctx['state'].changes);;
      for (let i1 = 0; i1 < l_block3; i1++) {
        ctx[`change`] = k_block3[i1];
        ctx[`change_index`] = i1;
        const key1 = ctx['change_index'];
        let txt1 = ctx['change'].text;
        c_block3[i1] = withKey(block4([txt1]), key1);
      }
      ctx = ctx.__proto__;
      const b3 = list(c_block3);
      let hdlr1 = [ctx['forgetChanges'], ctx];
      b2 = block2([hdlr1], [b3]);
    }
    return multi([b2]);
  }
},
"phone.RewardChoice": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey } = helpers;
  // Template name: "phone.RewardChoice"
  
  let block1 = createBlock(`<ul class="list"><block-child-0/></ul>`);
  let block3 = createBlock(`<li><button type="button" class="row" block-handler-0="click"><block-text-1/></button></li>`);
  
  return function template(ctx, node, key = "") {
    ctx = Object.create(ctx);
    const [k_block2, v_block2, l_block2, c_block2] = prepareList(ctx['props'].products);;
    for (let i1 = 0; i1 < l_block2; i1++) {
      ctx[`product`] = k_block2[i1];
      const key1 = ctx['product'].id;
      const v1 = ctx['props'];
      const v2 = ctx['product'];
      let hdlr1 = [()=>v1.close(v2.id), ctx];
      let txt1 = ctx['product'].name;
      c_block2[i1] = withKey(block3([hdlr1, txt1]), key1);
    }
    const b2 = list(c_block2);
    return block1([], [b2]);
  }
},
"phone.ExitPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { markRaw } = helpers;
  // Template name: "phone.ExitPage"
  const comp1 = app.createComponent(`Code`, true, false, false, ["format","value"]);
  const comp2 = app.createComponent(`Empty`, true, false, false, ["icon"]);
  const comp3 = app.createComponent(`Empty`, true, false, false, ["icon"]);
  const comp4 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp5 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp6 = app.createComponent(`Empty`, true, false, false, ["icon"]);
  const comp7 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block3 = createBlock(`<section class="card show" aria-labelledby="pass"><h2 id="pass">${x("Paid. Show this at the door.")}</h2><block-child-0/><p class="letters"><block-text-0/></p><p class="facts strong number"><span><block-text-1/></span><span><block-text-2/></span><span><block-text-3/></span></p><block-child-1/><p class="muted small">${x("This pass works without the network too.")}</p></section>`);
  let block5 = createBlock(`<p class="strong warning"><bdi><block-text-0/></bdi></p>`);
  let block8 = createBlock(`<a class="button wide" block-attribute-0="href"><block-child-0/> ${x("Show the purchase")} </a>`);
  let block10 = createBlock(`<a class="button" block-attribute-0="href">${x("Show the purchase")}</a>`);
  let block13 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/></div>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b11, b12, b13;
    if (ctx['state'].pass) {
      let b3, b6, b7, b8;
      if (ctx['standing']==='good') {
        let b4, b5;
        b4 = comp1({format: 'qr',value: ctx['state'].pass.qr,label: `${t("Your exit pass, for the gate to scan")}`}, key + `__1`, node, this, null);
        let txt1 = ctx['state'].pass.code;
        let txt2 = ctx['money'](ctx['state'].pass.total);
        let txt3 = ctx['countText'];
        let txt4 = ctx['leftText'];
        if (ctx['state'].pass.text) {
          let txt5 = ctx['state'].pass.text;
          b5 = block5([txt5]);
        }
        b3 = block3([txt1, txt2, txt3, txt4], [b4, b5]);
      } else if (ctx['standing']==='pass_used') {
        b6 = comp2({icon: 'check',title: `${t("Thank you, goodbye!")}`,text: `${t("This pass was shown at the door. It cannot be used again.")}`}, key + `__2`, node, this, null);
      } else {
        b7 = comp3({icon: 'clock',title: `${t("This pass is over")}`,text: `${t("You have paid, all is well. Ask a colleague at the door for a new pass, it then shows up here.")}`}, key + `__3`, node, this, null);
      }
      let attr1 = ctx['env'].router.url('/purchases/'+ctx['props'].id);
      const b9 = comp4({name: 'receipt'}, key + `__4`, node, this, null);
      b8 = block8([attr1], [b9]);
      b2 = multi([b3, b6, b7, b8]);
    } else if (ctx['state'].isNone) {
      b11 = comp5({icon: 'info',title: `${t("There is no exit pass for this")}`,text: `${t("Only what was paid with the phone needs one.")}`,slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__5`, node, this, null);
    } else if (!ctx['session'].isOnline) {
      b12 = comp6({icon: 'offline',title: `${t("You are offline")}`,text: `${t("Your exit pass is fetched as soon as there is a network. A colleague at the door can help too.")}`}, key + `__6`, node, this, null);
    } else {
      b13 = block13();
    }
    return multi([b2, b11, b12, b13]);
  }
  
  function slot2(ctx, node, key = "") {
    let attr2 = ctx['env'].router.url('/purchases/'+ctx['props'].id);
    return block10([attr2]);
  }
  
  return function template(ctx, node, key = "") {
    return comp7({title: `${t("Exit pass")}`,back: '/purchases/'+ctx['props'].id,slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__7`, node, this, null);
  }
},
"phone.PayPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.PayPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp4 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp5 = app.createComponent(`PaymentStatus`, true, false, false, ["follow"]);
  const comp6 = app.createComponent(`Empty`, true, true, false, ["icon","text"]);
  const comp7 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp8 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block3 = createBlock(`<div class="card changed" role="alert"><h2>${x("Your basket has changed")}</h2><block-child-0/><p>${x("Nothing has been paid. Please look at the new total first.")}</p></div>`);
  let block4 = createBlock(`<ul><block-child-0/></ul>`);
  let block6 = createBlock(`<li><block-text-0/></li>`);
  let block7 = createBlock(`<div class="card changed" role="alert"><h2>${x("Nothing has been paid")}</h2><p><block-text-0/></p></div>`);
  let block8 = createBlock(`<section class="card" aria-labelledby="to-pay"><h2 id="to-pay">${x("To pay")}</h2><p class="pay-total number" aria-live="polite"><block-text-0/></p><a block-attribute-1="href">${x("Look at the basket again")}</a></section>`);
  let block9 = createBlock(`<div class="ways" block-attribute-0="aria-busy"><block-child-0/><button type="button" class="way" block-property-1="disabled" block-handler-2="click"><block-child-1/><span class="grow"><span class="strong">${x("Pay on this phone")}</span><br/><span class="muted small">${x("By card and what else the shop takes")}</span></span></button><button type="button" class="way" block-property-3="disabled" block-handler-4="click"><block-child-2/><span class="grow"><span class="strong">${x("Pay at the till")}</span><br/><span class="muted small">${x("Show a code there, nothing is scanned again")}</span></span></button></div>`);
  let block11 = createBlock(`<div class="line"><button type="button" class="way grow" block-property-0="disabled" block-handler-1="click"><block-child-0/><span class="grow"><span class="strong"><block-text-2/></span><br/><span class="muted small"><block-text-3/></span></span></button><button type="button" class="icon-button" block-attribute-4="aria-label" block-handler-5="click"><block-child-1/></button></div>`);
  let block16 = createBlock(`<p class="muted" role="status">${x("One moment…")}</p>`);
  let block18 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  let block20 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/></div>`);
  let block21 = createBlock(`<a class="button primary" block-attribute-0="href">${x("Start scanning")}</a>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b17, b19, b20, b22;
    if (ctx['isToChoose']) {
      let b3, b7, b8, b9, b16;
      if (ctx['own'].isOther) {
        let b4;
        if (ctx['state'].changes.length) {
          ctx = Object.create(ctx);
          const [k_block5, v_block5, l_block5, c_block5] = prepareList(ctx['state'].changes);;
          for (let i1 = 0; i1 < l_block5; i1++) {
            ctx[`change`] = k_block5[i1];
            ctx[`change_index`] = i1;
            const key1 = ctx['change_index'];
            let txt1 = ctx['change'].text;
            c_block5[i1] = withKey(block6([txt1]), key1);
          }
          ctx = ctx.__proto__;
          const b5 = list(c_block5);
          b4 = block4([], [b5]);
        }
        b3 = block3([], [b4]);
      } else if (ctx['reason']) {
        let txt2 = ctx['reason'];
        b7 = block7([txt2]);
      }
      let txt3 = ctx['money'](ctx['order'].total);
      let attr1 = ctx['env'].router.url('/basket');
      b8 = block8([txt3, attr1]);
      let attr2 = ctx['own'].isSending?'true':'false';
      ctx = Object.create(ctx);
      const [k_block10, v_block10, l_block10, c_block10] = prepareList(ctx['own'].methods);;
      for (let i1 = 0; i1 < l_block10; i1++) {
        ctx[`method`] = k_block10[i1];
        const key1 = ctx['method'].id;
        let prop1 = new Boolean(ctx['own'].isSending||undefined);
        const v1 = ctx['this'];
        const v2 = ctx['method'];
        let hdlr1 = [()=>v1.pay('saved',v2.id), ctx];
        const b12 = comp1({name: 'card'}, key + `__1__${key1}`, node, this, null);
        let txt4 = ctx['method'].name;
        let txt5 = ctx['method'].type;
        let attr3 = ctx['forgetLabel'](ctx['method']);
        const v3 = ctx['this'];
        const v4 = ctx['method'];
        let hdlr2 = [()=>v3.forgetMethod(v4), ctx];
        const b13 = comp2({name: 'trash'}, key + `__2__${key1}`, node, this, null);
        c_block10[i1] = withKey(block11([prop1, hdlr1, txt4, txt5, attr3, hdlr2], [b12, b13]), key1);
      }
      ctx = ctx.__proto__;
      const b10 = list(c_block10);
      let prop2 = new Boolean(ctx['own'].isSending||undefined);
      const v5 = ctx['this'];
      let hdlr3 = [()=>v5.pay('online'), ctx];
      const b14 = comp3({name: 'card'}, key + `__3`, node, this, null);
      let prop3 = new Boolean(ctx['own'].isSending||undefined);
      const v6 = ctx['this'];
      let hdlr4 = [()=>v6.pay('at_till'), ctx];
      const b15 = comp4({name: 'store'}, key + `__4`, node, this, null);
      b9 = block9([attr2, prop2, hdlr3, prop3, hdlr4], [b10, b14, b15]);
      if (ctx['own'].isSending) {
        b16 = block16();
      }
      b2 = multi([b3, b7, b8, b9, b16]);
    } else if (ctx['follow'].payment) {
      b17 = comp5({follow: ctx['follow']}, key + `__5`, node, this, null);
    } else if (ctx['own'].problem) {
      b19 = comp6({icon: 'offline',title: `${t("This did not work")}`,text: ctx['own'].problem,slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__6`, node, this, null);
    } else if (ctx['order']) {
      b20 = block20();
    } else {
      b22 = comp7({icon: 'basket',title: `${t("There is nothing to pay")}`,text: `${t("Your basket is empty.")}`,slots: markRaw({'default': {__render: slot3.bind(this), __ctx: ctx}})}, key + `__7`, node, this, null);
    }
    return multi([b2, b17, b19, b20, b22]);
  }
  
  function slot2(ctx, node, key = "") {
    const v7 = ctx['this'];
    let hdlr5 = [()=>v7.load(), ctx];
    return block18([hdlr5]);
  }
  
  function slot3(ctx, node, key = "") {
    let attr4 = ctx['env'].router.url('/scan?for=basket');
    return block21([attr4]);
  }
  
  return function template(ctx, node, key = "") {
    return comp8({title: `${t("Pay")}`,back: '/basket',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__8`, node, this, null);
  }
},
"phone.PaymentStatus": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.PaymentStatus"
  const comp1 = app.createComponent(`Code`, true, false, false, ["format","value"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block1 = createBlock(`<div class="card show"><p class="pay-total number"><block-text-0/></p><block-child-0/><block-child-1/><block-child-2/><block-child-3/><block-child-4/><block-child-5/><block-child-6/></div>`);
  let block3 = createBlock(`<h2>${x("Show this at the till")}</h2>`);
  let block5 = createBlock(`<p class="letters"><block-text-0/></p>`);
  let block6 = createBlock(`<p class="muted small"><block-text-0/></p>`);
  let block7 = createBlock(`<div class="show" role="status"><span class="spinner" aria-hidden="true"/><h2>${x("The till has your basket")}</h2><p>${x("Pay there as usual. This page goes on by itself.")}</p></div>`);
  let block8 = createBlock(`<div class="show" role="status"><span class="spinner" aria-hidden="true"/><h2>${x("Your payment is under way")}</h2><p>${x("This can take a moment. You need not pay again, and can leave this page open.")}</p></div>`);
  let block10 = createBlock(`<h2>${x("Not finished yet")}</h2>`);
  let block11 = createBlock(`<p>${x("Go on where you were, or take the payment back to change your basket.")}</p>`);
  let block12 = createBlock(`<button type="button" class="button primary wide" block-handler-0="click">${x("Go on paying")}</button>`);
  let block13 = createBlock(`<div class="show" role="status"><block-child-0/><h2>${x("Paid. Thank you!")}</h2></div>`);
  let block15 = createBlock(`<div class="show" role="alert"><block-child-0/><h2>${x("Nothing has been paid")}</h2><block-child-1/><a class="button primary" block-attribute-0="href">${x("Back to the basket")}</a></div>`);
  let block17 = createBlock(`<p><block-text-0/></p>`);
  let block18 = createBlock(`<button type="button" class="button wide" block-property-0="disabled" block-handler-1="click"> ${x("Take the payment back")} </button>`);
  
  return function template(ctx, node, key = "") {
    let b2, b7, b8, b9, b13, b15, b18;
    let txt1 = ctx['money'](ctx['payment'].amount);
    if (ctx['payment'].till_code) {
      const b3 = block3();
      const b4 = comp1({format: 'qr',value: ctx['tillQr'],label: `${t("The code of your basket, for the till")}`}, key + `__1`, node, this, null);
      let txt2 = ctx['payment'].till_code;
      const b5 = block5([txt2]);
      let txt3 = ctx['untilText'];
      const b6 = block6([txt3]);
      b2 = multi([b3, b4, b5, b6]);
    } else if (ctx['payment'].status==='waiting') {
      b7 = block7();
    } else if (ctx['payment'].status==='processing') {
      b8 = block8();
    } else if (ctx['payment'].status==='action_required') {
      let b10, b11, b12;
      b10 = block10();
      b11 = block11();
      if (ctx['payment'].redirect_url) {
        let hdlr1 = [ctx['open'], ctx];
        b12 = block12([hdlr1]);
      }
      b9 = multi([b10, b11, b12]);
    } else if (ctx['payment'].status==='paid') {
      const b14 = comp2({name: 'check'}, key + `__2`, node, this, null);
      b13 = block13([], [b14]);
    } else {
      let b16, b17;
      b16 = comp3({name: 'warning'}, key + `__3`, node, this, null);
      if (ctx['payment'].reason) {
        let txt4 = ctx['payment'].reason;
        b17 = block17([txt4]);
      }
      let attr1 = ctx['env'].router.url('/basket');
      b15 = block15([attr1], [b16, b17]);
    }
    if (ctx['payment'].till_code||ctx['payment'].status==='action_required') {
      let prop1 = new Boolean(ctx['props'].follow.isTakingBack||undefined);
      const v1 = ctx['props'];
      let hdlr2 = [()=>v1.follow.takeBack(), ctx];
      b18 = block18([prop1, hdlr2]);
    }
    return block1([txt1], [b2, b7, b8, b9, b13, b15, b18]);
  }
},
"phone.PaidPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { markRaw } = helpers;
  // Template name: "phone.PaidPage"
  const comp1 = app.createComponent(`PaymentStatus`, true, false, false, ["follow"]);
  const comp2 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp3 = app.createComponent(`Empty`, true, false, false, ["icon"]);
  const comp4 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block4 = createBlock(`<a class="button primary" block-attribute-0="href">${x("Show the basket")}</a>`);
  let block5 = createBlock(`<a class="button" block-attribute-0="href">${x("Show the purchases")}</a>`);
  let block8 = createBlock(`<div class="card show" role="status"><span class="spinner" aria-hidden="true"/><h2>${x("Looking how your payment stands")}</h2><block-child-0/></div>`);
  let block9 = createBlock(`<p><block-text-0/></p>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b6, b7, b8;
    if (ctx['follow'].payment) {
      b2 = comp1({follow: ctx['follow']}, key + `__1`, node, this, null);
    } else if (ctx['isUnknown']) {
      b6 = comp2({icon: 'warning',title: `${t("We do not know this payment")}`,text: `${t("Look into your basket or your purchases to see how it stands.")}`,slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__2`, node, this, null);
    } else if (!ctx['session'].isOnline) {
      b7 = comp3({icon: 'offline',title: `${t("One moment")}`,text: `${t("How your payment stands is shown here as soon as there is a network.")}`}, key + `__3`, node, this, null);
    } else {
      let b9;
      if (ctx['follow'].problem) {
        let txt1 = ctx['follow'].problem.message;
        b9 = block9([txt1]);
      }
      b8 = block8([], [b9]);
    }
    return multi([b2, b6, b7, b8]);
  }
  
  function slot2(ctx, node, key = "") {
    let attr1 = ctx['env'].router.url('/basket');
    const b4 = block4([attr1]);
    let attr2 = ctx['env'].router.url('/purchases');
    const b5 = block5([attr2]);
    return multi([b4, b5]);
  }
  
  return function template(ctx, node, key = "") {
    return comp4({title: `${t("Payment")}`,back: '/basket',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__4`, node, this, null);
  }
},
"phone.ProductRow": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.ProductRow"
  const comp1 = app.createComponent(`Thumb`, true, false, false, ["url","icon"]);
  
  let block1 = createBlock(`<a class="row product-row" block-attribute-0="href"><block-child-0/><span class="grow"><bdi class="strong"><block-text-1/></bdi><br/><block-child-1/></span><span class="end number"><span class="strong"><block-text-2/></span><block-child-2/></span></a>`);
  let block3 = createBlock(`<span class="muted small"><bdi><block-text-0/></bdi> ${x("·")} <bdi><block-text-1/></bdi><block-child-0/></span>`);
  let block6 = createBlock(`<bdi><block-text-0/></bdi>`);
  let block8 = createBlock(`<br/>`);
  let block9 = createBlock(`<span class="visually-hidden">${x("Others pay")}</span>`);
  let block11 = createBlock(`<s class="muted small"><block-text-0/></s>`);
  
  return function template(ctx, node, key = "") {
    let b2, b3, b7;
    let attr1 = ctx['env'].router.url('/products/'+ctx['props'].product.id);
    b2 = comp1({url: ctx['props'].product.image_url,icon: 'basket'}, key + `__1`, node, this, null);
    let txt1 = ctx['props'].product.name;
    if (ctx['store']) {
      let b4;
      let txt2 = ctx['availability'](ctx['store']).text;
      let txt3 = ctx['store'].name;
      if (ctx['store'].distance!==null) {
        const b5 = text(` ${t("·")} `);
        let txt4 = ctx['distance'](ctx['store'].distance);
        const b6 = block6([txt4]);
        b4 = multi([b5, b6]);
      }
      b3 = block3([txt2, txt3], [b4]);
    }
    let txt5 = ctx['money'](ctx['props'].product.price);
    if (ctx['props'].product.list_price) {
      const b8 = block8();
      const b9 = block9();
      const b10 = text(`${t(" ")}`);
      let txt6 = ctx['money'](ctx['props'].product.list_price);
      const b11 = block11([txt6]);
      b7 = multi([b8, b9, b10, b11]);
    }
    return block1([attr1, txt1, txt5], [b2, b3, b7]);
  }
},
"phone.ProductPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.ProductPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp4 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp5 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp6 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp7 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp8 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp9 = app.createComponent(`Thumb`, true, false, false, ["url","icon","dots"]);
  const comp10 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp11 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp12 = app.createComponent(`Empty`, true, true, false, ["icon","text"]);
  const comp13 = app.createComponent(`Page`, true, true, false, ["title","back"]);
  
  let block2 = createBlock(`<button type="button" class="icon-button" aria-label="${x("Favourite")}" block-attribute-0="aria-pressed" block-handler-1="click"><block-child-0/></button>`);
  let block5 = createBlock(`<div class="product" block-ref="0"><block-child-0/><block-child-1/><div class="card"><p class="prices"><span class="visually-hidden">${x("Your price")}</span><span class="price number"><block-text-1/></span><block-child-2/></p><block-child-3/><block-child-4/><block-child-5/></div><block-child-6/><block-child-7/><div class="product-buy"><div class="stepper" role="group" aria-label="${x("Quantity")}"><button type="button" class="icon-button" aria-label="${x("One less")}" block-property-2="disabled" block-handler-3="click"><block-child-8/></button><output class="number"><block-text-4/></output><button type="button" class="icon-button" aria-label="${x("One more")}" block-handler-5="click"><block-child-9/></button></div><button type="button" class="button primary" block-property-6="disabled" block-handler-7="click"><block-child-10/> ${x("Into the basket")} </button><button type="button" class="button" block-handler-8="click"><block-child-11/> ${x("Put it on a list")}</button></div><block-child-12/><block-child-13/><block-child-14/><a class="button wide" block-attribute-9="href">${x("Ask about it")}</a></div>`);
  let block6 = createBlock(`<p class="muted" role="status">${x("This was kept on your phone. Prices and stock may have changed.")}</p>`);
  let block7 = createBlock(`<img class="product-picture" block-attribute-0="src" alt="${x("")}"/>`);
  let block9 = createBlock(`<span class="visually-hidden">${x("Others pay")}</span>`);
  let block10 = createBlock(`<s class="price-before number"><block-text-0/></s>`);
  let block11 = createBlock(`<p><span class="tag success number"><block-text-0/></span></p>`);
  let block13 = createBlock(`<p class="muted small"><block-text-0/></p>`);
  let block14 = createBlock(`<p><bdi><block-text-0/></bdi></p>`);
  let block15 = createBlock(`<section class="card" aria-labelledby="product-label"><h2 id="product-label">${x("What the label says")}</h2><dl class="product-facts"><block-child-0/></dl></section>`);
  let block18 = createBlock(`<dt><block-text-0/></dt>`);
  let block19 = createBlock(`<dd><block-text-0/></dd>`);
  let block21 = createBlock(`<fieldset class="product-section product-choice"><legend class="strong"><block-text-0/></legend><div class="chips"><block-child-0/></div></fieldset>`);
  let block23 = createBlock(`<button type="button" class="chip" block-attribute-0="data-value" block-attribute-1="aria-pressed" block-handler-2="click"><block-text-3/></button>`);
  let block28 = createBlock(`<section class="product-section" aria-labelledby="product-offers"><h2 id="product-offers">${x("Your offers for it")}</h2><ul class="list"><block-child-0/></ul></section>`);
  let block30 = createBlock(`<li><a class="row" block-attribute-0="href"><block-child-0/><span class="grow"><bdi><block-text-1/></bdi></span><block-child-1/></a></li>`);
  let block33 = createBlock(`<section class="product-section" aria-labelledby="product-stores"><h2 id="product-stores">${x("In the stores")}</h2><block-child-0/><block-child-1/></section>`);
  let block34 = createBlock(`<ul class="list"><block-child-0/></ul>`);
  let block36 = createBlock(`<li><a class="row" block-attribute-0="href"><span class="grow"><span class="strong"><block-text-1/></span><br/><span class="muted small"><block-child-0/><block-child-1/><block-child-2/></span></span><span class="end"><span class="tag" block-attribute-2="class"><block-text-3/></span><block-child-3/></span></a></li>`);
  let block43 = createBlock(`<br/>`);
  let block44 = createBlock(`<span class="muted small"><block-text-0/></span>`);
  let block45 = createBlock(`<button type="button" class="button" block-handler-0="click"><block-child-0/> ${x("Show stores near me")} </button>`);
  let block47 = createBlock(`<section class="product-section" aria-labelledby="product-more"><h2 id="product-more"><block-text-0/></h2><ul class="product-more"><block-child-0/></ul></section>`);
  let block49 = createBlock(`<li><a class="card" block-attribute-0="href"><block-child-0/><p class="strong"><block-text-1/></p><p class="number"><block-text-2/></p><p class="muted small"><block-text-3/></p></a></li>`);
  let block51 = createBlock(`<a class="button primary" block-attribute-0="href">${x("Search")}</a>`);
  let block53 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  let block55 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  let block57 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/><i/></div>`);
  
  function slot1(ctx, node, key = "") {
    let b2;
    if (ctx['state'].product) {
      let attr1 = ctx['isFavourite']?'true':'false';
      let hdlr1 = [ctx['toggleFavourite'], ctx];
      const b3 = comp1({name: 'heart'}, key + `__1`, node, this, null);
      b2 = block2([attr1, hdlr1], [b3]);
    }
    return multi([b2]);
  }
  
  function slot2(ctx, node, key = "") {
    let b5, b52, b54, b56, b57;
    if (ctx['state'].product) {
      let b6, b7, b8, b11, b12, b14, b15, b20, b24, b25, b26, b27, b28, b33, b47;
      let ref1 = (el) => this.__owl__.setRef((`root`), el);
      if (ctx['state'].isPast) {
        b6 = block6();
      }
      if (ctx['state'].product.image_url) {
        let attr2 = ctx['state'].product.image_url;
        b7 = block7([attr2]);
      }
      let txt1 = ctx['money'](ctx['state'].product.price);
      if (ctx['state'].product.list_price) {
        const b9 = block9();
        let txt2 = ctx['money'](ctx['state'].product.list_price);
        const b10 = block10([txt2]);
        b8 = multi([b9, b10]);
      }
      if (ctx['savingText']) {
        let txt3 = ctx['savingText'];
        b11 = block11([txt3]);
      }
      ctx = Object.create(ctx);
      const [k_block12, v_block12, l_block12, c_block12] = prepareList(ctx['remarks']);;
      for (let i1 = 0; i1 < l_block12; i1++) {
        ctx[`remark`] = k_block12[i1];
        const key1 = ctx['remark'];
        let txt4 = ctx['remark'];
        c_block12[i1] = withKey(block13([txt4]), key1);
      }
      ctx = ctx.__proto__;
      b12 = list(c_block12);
      if (ctx['state'].product.description) {
        let txt5 = ctx['state'].product.description;
        b14 = block14([txt5]);
      }
      if (ctx['label'].length) {
        ctx = Object.create(ctx);
        const [k_block16, v_block16, l_block16, c_block16] = prepareList(ctx['label']);;
        for (let i1 = 0; i1 < l_block16; i1++) {
          ctx[`fact`] = k_block16[i1];
          const key1 = ctx['fact'][0];
          let txt6 = ctx['fact'][0];
          const b18 = block18([txt6]);
          let txt7 = ctx['fact'][1];
          const b19 = block19([txt7]);
          c_block16[i1] = withKey(multi([b18, b19]), key1);
        }
        ctx = ctx.__proto__;
        const b16 = list(c_block16);
        b15 = block15([], [b16]);
      }
      ctx = Object.create(ctx);
      const [k_block20, v_block20, l_block20, c_block20] = prepareList(ctx['choices']);;
      for (let i1 = 0; i1 < l_block20; i1++) {
        ctx[`attribute`] = k_block20[i1];
        const key1 = ctx['attribute'].id;
        let txt8 = ctx['attribute'].name;
        ctx = Object.create(ctx);
        const [k_block22, v_block22, l_block22, c_block22] = prepareList(ctx['attribute'].values);;
        for (let i2 = 0; i2 < l_block22; i2++) {
          ctx[`choice`] = k_block22[i2];
          const key2 = ctx['choice'].valueId;
          let attr3 = ctx['choice'].valueId;
          let attr4 = ctx['choice'].isChosen?'true':'false';
          const v1 = ctx['this'];
          const v2 = ctx['choice'];
          let hdlr2 = [()=>v1.choose(v2), ctx];
          let txt9 = ctx['choice'].value;
          c_block22[i2] = withKey(block23([attr3, attr4, hdlr2, txt9]), key2);
        }
        ctx = ctx.__proto__;
        const b22 = list(c_block22);
        c_block20[i1] = withKey(block21([txt8], [b22]), key1);
      }
      ctx = ctx.__proto__;
      b20 = list(c_block20);
      let prop1 = new Boolean(ctx['state'].quantity===1);
      const v3 = ctx['this'];
      let hdlr3 = [()=>v3.step(-1), ctx];
      b24 = comp2({name: 'minus'}, key + `__2`, node, this, null);
      let txt10 = ctx['number'](ctx['state'].quantity);
      const v4 = ctx['this'];
      let hdlr4 = [()=>v4.step(1), ctx];
      b25 = comp3({name: 'plus'}, key + `__3`, node, this, null);
      let prop2 = new Boolean(ctx['state'].isAdding);
      let hdlr5 = [ctx['buy'], ctx];
      b26 = comp4({name: 'basket'}, key + `__4`, node, this, null);
      let hdlr6 = [ctx['putOnList'], ctx];
      b27 = comp5({name: 'list'}, key + `__5`, node, this, null);
      if (ctx['state'].product.offers.length) {
        ctx = Object.create(ctx);
        const [k_block29, v_block29, l_block29, c_block29] = prepareList(ctx['state'].product.offers);;
        for (let i1 = 0; i1 < l_block29; i1++) {
          ctx[`offer`] = k_block29[i1];
          const key1 = ctx['offer'].id;
          let attr5 = ctx['env'].router.url('/offers/'+ctx['offer'].id);
          const b31 = comp6({name: 'offer'}, key + `__6__${key1}`, node, this, null);
          let txt11 = ctx['offer'].title;
          const b32 = comp7({name: 'next'}, key + `__7__${key1}`, node, this, null);
          c_block29[i1] = withKey(block30([attr5, txt11], [b31, b32]), key1);
        }
        ctx = ctx.__proto__;
        const b29 = list(c_block29);
        b28 = block28([], [b29]);
      }
      if (ctx['state'].product.stores?.length||ctx['canLocate']) {
        let b34, b45;
        if (ctx['state'].product.stores?.length) {
          ctx = Object.create(ctx);
          const [k_block35, v_block35, l_block35, c_block35] = prepareList(ctx['state'].product.stores);;
          for (let i1 = 0; i1 < l_block35; i1++) {
            ctx[`store`] = k_block35[i1];
            const key1 = ctx['store'].store_id;
            let b37, b40, b41, b42;
            let attr6 = ctx['env'].router.url('/stores/'+ctx['store'].store_id);
            let txt12 = ctx['store'].name;
            if (ctx['store'].distance!==null) {
              const b38 = text(ctx['distance'](ctx['store'].distance));
              const b39 = text(` ${t("·")} `);
              b37 = multi([b38, b39]);
            }
            if (ctx['store'].open_now) {
              b40 = text(`${t("Open now")}`);
            } else if (ctx['store'].open_now===false) {
              b41 = text(`${t("Closed now")}`);
            }
            let attr7 = ctx['availability'](ctx['store']).kind;
            let txt13 = ctx['availability'](ctx['store']).text;
            if (ctx['store'].quantity!==null&&ctx['store'].quantity>0) {
              const b43 = block43();
              let txt14 = ctx['left'](ctx['store']);
              const b44 = block44([txt14]);
              b42 = multi([b43, b44]);
            }
            c_block35[i1] = withKey(block36([attr6, txt12, attr7, txt13], [b37, b40, b41, b42]), key1);
          }
          ctx = ctx.__proto__;
          const b35 = list(c_block35);
          b34 = block34([], [b35]);
        }
        if (ctx['canLocate']) {
          let hdlr7 = [ctx['locate'], ctx];
          const b46 = comp8({name: 'pin'}, key + `__8`, node, this, null);
          b45 = block45([hdlr7], [b46]);
        }
        b33 = block33([], [b34, b45]);
      }
      if (ctx['state'].more.length) {
        let txt15 = ctx['moreTitle'];
        ctx = Object.create(ctx);
        const [k_block48, v_block48, l_block48, c_block48] = prepareList(ctx['state'].more);;
        for (let i1 = 0; i1 < l_block48; i1++) {
          ctx[`other`] = k_block48[i1];
          const key1 = ctx['other'].product.id;
          let attr8 = ctx['env'].router.url('/products/'+ctx['other'].product.id);
          const b50 = comp9({url: ctx['other'].product.image_url,icon: 'basket',dots: 320}, key + `__9__${key1}`, node, this, null);
          let txt16 = ctx['other'].product.name;
          let txt17 = ctx['money'](ctx['other'].product.price);
          let txt18 = ctx['other'].reason.text;
          c_block48[i1] = withKey(block49([attr8, txt16, txt17, txt18], [b50]), key1);
        }
        ctx = ctx.__proto__;
        const b48 = list(c_block48);
        b47 = block47([txt15], [b48]);
      }
      let attr9 = ctx['env'].router.url('/ask?product='+ctx['state'].product.id);
      b5 = block5([ref1, txt1, prop1, hdlr3, txt10, hdlr4, prop2, hdlr5, hdlr6, attr9], [b6, b7, b8, b11, b12, b14, b15, b20, b24, b25, b26, b27, b28, b33, b47]);
    } else if (ctx['state'].fault==='gone') {
      b52 = comp10({icon: 'search',title: `${t("We don't have this any more")}`,text: `${t("It may have left our range. Search for something like it.")}`,slots: markRaw({'default': {__render: slot3.bind(this), __ctx: ctx}})}, key + `__10`, node, this, null);
    } else if (ctx['state'].fault==='offline') {
      b54 = comp11({icon: 'offline',title: `${t("You are offline")}`,text: `${t("This product is not kept on your phone.")}`,slots: markRaw({'default': {__render: slot4.bind(this), __ctx: ctx}})}, key + `__11`, node, this, null);
    } else if (ctx['state'].fault) {
      b56 = comp12({icon: 'warning',title: `${t("That did not work")}`,text: ctx['state'].fault,slots: markRaw({'default': {__render: slot5.bind(this), __ctx: ctx}})}, key + `__12`, node, this, null);
    } else {
      b57 = block57();
    }
    return multi([b5, b52, b54, b56, b57]);
  }
  
  function slot3(ctx, node, key = "") {
    let attr10 = ctx['env'].router.url('/search');
    return block51([attr10]);
  }
  
  function slot4(ctx, node, key = "") {
    let hdlr8 = [ctx['load'], ctx];
    return block53([hdlr8]);
  }
  
  function slot5(ctx, node, key = "") {
    let hdlr9 = [ctx['load'], ctx];
    return block55([hdlr9]);
  }
  
  return function template(ctx, node, key = "") {
    return comp13({title: ctx['title'],back: '/search',slots: markRaw({'actions': {__render: slot1.bind(this), __ctx: ctx}, 'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__13`, node, this, null);
  }
},
"phone.ScanPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { toNumber, markRaw } = helpers;
  // Template name: "phone.ScanPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Viewfinder`, true, false, false, ["hint","isPaused","hasFound"]);
  const comp4 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp5 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp6 = app.createComponent(`ScanBasket`, true, false, false, ["added"]);
  const comp7 = app.createComponent(`Page`, true, true, false, ["title","back"]);
  
  let block2 = createBlock(`<a class="icon-button" block-attribute-0="href" aria-label="${x("Search")}"><block-child-0/></a>`);
  let block4 = createBlock(`<a class="icon-button" block-attribute-0="href" aria-label="${x("Basket")}"><block-child-0/></a>`);
  let block6 = createBlock(`<div class="scan"><block-child-0/><block-child-1/><block-child-2/><div class="scan-panel"><div aria-live="polite"><block-child-3/></div><block-child-4/><form class="field" novalidate="" block-handler-0="submit.prevent"><label for="scan-typed">${x("Or type the code")}</label><div class="line"><input id="scan-typed" class="input number" autocomplete="off" autocapitalize="characters" spellcheck="false" enterkeyhint="go" maxlength="500" dir="ltr" block-attribute-1="aria-invalid" aria-describedby="scan-typed-fault" block-property-2="value" block-handler-3="input"/><button class="button" block-property-4="disabled">${x("Go")}</button></div><p id="scan-typed-fault" class="danger" role="alert"><block-text-5/></p></form></div></div>`);
  let block8 = createBlock(`<div class="scan-stage empty" role="alert"><block-child-0/><h2><block-text-0/></h2><p><block-text-1/></p><block-child-1/></div>`);
  let block10 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  let block11 = createBlock(`<div class="scan-stage empty"><block-child-0/><h2>${x("Scan with your camera")}</h2><p><block-text-0/></p><button type="button" class="button primary" block-handler-1="click">${x("Use the camera")}</button></div>`);
  let block13 = createBlock(`<section class="card scan-outcome"><h2><block-text-0/></h2><p><block-text-1/></p><block-child-0/><block-child-1/></section>`);
  let block14 = createBlock(`<p class="muted small number" dir="auto"><block-text-0/></p>`);
  let block15 = createBlock(`<div class="buttons"><block-child-0/><block-child-1/><block-child-2/></div>`);
  let block16 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  let block17 = createBlock(`<a class="button" block-attribute-0="href">${x("Search by name")}</a>`);
  let block18 = createBlock(`<a class="button" block-attribute-0="href">${x("Use it as a coupon")}</a>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b4;
    if (ctx['purpose']==='any') {
      let attr1 = ctx['env'].router.url('/search');
      const b3 = comp1({name: 'search'}, key + `__1`, node, this, null);
      b2 = block2([attr1], [b3]);
    }
    if (ctx['purpose']!=='claim') {
      let attr2 = ctx['env'].router.url('/basket');
      const b5 = comp2({name: 'basket'}, key + `__2`, node, this, null);
      b4 = block4([attr2], [b5]);
    }
    return multi([b2, b4]);
  }
  
  function slot2(ctx, node, key = "") {
    let b7, b8, b11, b13, b19;
    if (ctx['state'].camera==='on') {
      b7 = comp3({onRead: (ctx['onRead']).bind(this),onFault: (ctx['onFault']).bind(this),hint: ctx['hint'],isPaused: !!ctx['state'].looking,hasFound: !!ctx['state'].looking}, key + `__3`, node, this, null);
    } else if (ctx['fault']) {
      let b9, b10;
      b9 = comp4({name: 'camera'}, key + `__4`, node, this, null);
      let txt1 = ctx['fault'].title;
      let txt2 = ctx['fault'].text;
      if (ctx['fault'].canRetry) {
        let hdlr1 = [ctx['startCamera'], ctx];
        b10 = block10([hdlr1]);
      }
      b8 = block8([txt1, txt2], [b9, b10]);
    } else {
      const b12 = comp5({name: 'camera'}, key + `__5`, node, this, null);
      let txt3 = ctx['why'];
      let hdlr2 = [ctx['startCamera'], ctx];
      b11 = block11([txt3, hdlr2], [b12]);
    }
    if (ctx['state'].outcome) {
      let b14, b15;
      let txt4 = ctx['state'].outcome.title;
      let txt5 = ctx['state'].outcome.text;
      if (ctx['state'].outcome.code) {
        let txt6 = ctx['state'].outcome.code;
        b14 = block14([txt6]);
      }
      if (ctx['state'].outcome.canSearch||ctx['state'].outcome.retry) {
        let b16, b17, b18;
        if (ctx['state'].outcome.retry) {
          const v1 = ctx['this'];
          const v2 = ctx['state'];
          let hdlr3 = [()=>v1.lookUp(v2.outcome.retry), ctx];
          b16 = block16([hdlr3]);
        }
        if (ctx['state'].outcome.canSearch) {
          let attr3 = ctx['env'].router.url('/search');
          b17 = block17([attr3]);
        }
        if (ctx['state'].outcome.canClaim) {
          let attr4 = ctx['env'].router.url('/claim/'+ctx['encode'](ctx['state'].outcome.code));
          b18 = block18([attr4]);
        }
        b15 = block15([], [b16, b17, b18]);
      }
      b13 = block13([txt4, txt5], [b14, b15]);
    }
    if (ctx['purpose']==='basket'&&ctx['env'].basket) {
      b19 = comp6({added: ctx['state'].added,onUndone: (ctx['onUndone']).bind(this)}, key + `__6`, node, this, null);
    }
    let hdlr4 = ["prevent", ctx['onTyped'], ctx];
    let attr5 = ctx['state'].typedFault?'true':'false';
    const bExpr1 = ctx['state'];
    const expr1 = 'typed';
    let prop1 = bExpr1[expr1];
    let hdlr5 = [(ev) => { bExpr1[expr1] = ev.target.value; }];
    let prop2 = new Boolean(ctx['state'].looking);
    let txt7 = ctx['state'].typedFault;
    return block6([hdlr4, attr5, prop1, hdlr5, prop2, txt7], [b7, b8, b11, b13, b19]);
  }
  
  return function template(ctx, node, key = "") {
    return comp7({title: ctx['title'],back: ctx['purpose']==='claim'?'/offers':ctx['purpose']==='basket'?'/basket':undefined,slots: markRaw({'actions': {__render: slot1.bind(this), __ctx: ctx}, 'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__7`, node, this, null);
  }
},
"phone.Viewfinder": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.Viewfinder"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block1 = createBlock(`<div class="scan-stage finder" block-attribute-0="class"><video playsinline="" aria-label="${x("Picture of the camera")}" block-ref="1"/><div class="finder-frame" aria-hidden="true"><block-child-0/></div><p class="finder-hint" role="status"><block-child-1/><block-child-2/><block-child-3/><block-child-4/></p><div class="finder-buttons"><block-child-5/><block-child-6/></div></div>`);
  let block7 = createBlock(`<button type="button" class="icon-button" aria-label="${x("Torch")}" block-attribute-0="aria-pressed" block-handler-1="click"><block-child-0/></button>`);
  let block9 = createBlock(`<button type="button" class="icon-button" aria-label="${x("Other camera")}" block-handler-0="click"><block-child-0/></button>`);
  
  return function template(ctx, node, key = "") {
    let b2, b3, b4, b5, b6, b7, b9;
    let attr1 = {found:ctx['props'].hasFound};
    let ref1 = (el) => this.__owl__.setRef((`video`), el);
    if (ctx['props'].hasFound) {
      b2 = comp1({name: 'check'}, key + `__1`, node, this, null);
    }
    if (ctx['state'].tip==='slow'&&!ctx['props'].hasFound) {
      b3 = text(`${t("Nothing found yet. Hold the code into the frame in good light, or type it.")}`);
    } else if (ctx['state'].tip==='again'&&!ctx['props'].hasFound) {
      b4 = text(`${t("Scanned already. Point away and back to scan it again.")}`);
    } else if (ctx['state'].isOn) {
      b5 = text(ctx['props'].hint);
    } else {
      b6 = text(`${t("Starting the camera…")}`);
    }
    if (ctx['state'].hasTorch) {
      let attr2 = ctx['state'].isLit?'true':'false';
      let hdlr1 = [ctx['switchLight'], ctx];
      const b8 = comp2({name: 'torch'}, key + `__2`, node, this, null);
      b7 = block7([attr2, hdlr1], [b8]);
    }
    if (ctx['state'].hasOther) {
      let hdlr2 = [ctx['switchCamera'], ctx];
      const b10 = comp3({name: 'turn'}, key + `__3`, node, this, null);
      b9 = block9([hdlr2], [b10]);
    }
    return block1([attr1, ref1], [b2, b3, b4, b5, b6, b7, b9]);
  }
},
"phone.ScanBasket": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey } = helpers;
  // Template name: "phone.ScanBasket"
  
  let block1 = createBlock(`<section class="card" aria-label="${x("Your basket")}"><block-child-0/><block-child-1/><a class="button primary wide" block-attribute-0="href"><span class="grow">${x("Go to the basket")}</span><block-child-2/></a></section>`);
  let block2 = createBlock(`<p class="muted">${x("What you scan appears here.")}</p>`);
  let block3 = createBlock(`<ul aria-live="polite"><block-child-0/></ul>`);
  let block5 = createBlock(`<li class="line"><span class="grow"><block-text-0/>${x(" ")}<span class="muted number">${x("×")} <block-text-1/></span></span><block-child-0/><button type="button" class="link" block-property-2="disabled" block-handler-3="click">${x("Undo")}</button></li>`);
  let block6 = createBlock(`<span class="number"><block-text-0/></span>`);
  let block7 = createBlock(`<span class="number"><block-text-0/></span>`);
  
  return function template(ctx, node, key = "") {
    let b2, b3, b7;
    if (!ctx['lines'].length) {
      b2 = block2();
    } else {
      ctx = Object.create(ctx);
      const [k_block4, v_block4, l_block4, c_block4] = prepareList(ctx['lines']);;
      for (let i1 = 0; i1 < l_block4; i1++) {
        ctx[`line`] = k_block4[i1];
        const key1 = ctx['line'].id;
        let b6;
        let txt1 = ctx['line'].name;
        let txt2 = ctx['number'](ctx['line'].quantity);
        if (ctx['line'].total) {
          let txt3 = ctx['money'](ctx['line'].total);
          b6 = block6([txt3]);
        }
        let prop1 = new Boolean(ctx['basket'].isSending);
        const v1 = ctx['this'];
        const v2 = ctx['line'];
        let hdlr1 = [()=>v1.undo(v2), ctx];
        c_block4[i1] = withKey(block5([txt1, txt2, prop1, hdlr1], [b6]), key1);
      }
      ctx = ctx.__proto__;
      const b4 = list(c_block4);
      b3 = block3([], [b4]);
    }
    let attr1 = ctx['env'].router.url('/basket');
    if (ctx['basket'].order) {
      let txt4 = ctx['money'](ctx['basket'].order.total);
      b7 = block7([txt4]);
    }
    return block1([attr1], [b2, b3, b7]);
  }
},
"phone.LinkSheet": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.LinkSheet"
  
  let block2 = createBlock(`<p>${x("Open it only if you trust the place where you found the code. It leads to:")}</p>`);
  let block3 = createBlock(`<p class="strong" dir="ltr"><block-text-0/></p>`);
  let block4 = createBlock(`<p class="muted small" dir="ltr"><block-text-0/></p>`);
  let block5 = createBlock(`<div class="buttons"><a class="button primary" block-attribute-0="href" target="_blank" rel="noopener noreferrer" block-handler-1="click">${x("Open the link")}</a><button type="button" class="button" block-handler-2="click">${x("Not now")}</button></div>`);
  
  return function template(ctx, node, key = "") {
    const b2 = block2();
    let txt1 = ctx['host'];
    const b3 = block3([txt1]);
    let txt2 = ctx['props'].url;
    const b4 = block4([txt2]);
    let attr1 = ctx['props'].url;
    const v1 = ctx['props'];
    let hdlr1 = [()=>v1.close(), ctx];
    const v2 = ctx['props'];
    let hdlr2 = [()=>v2.close(), ctx];
    const b5 = block5([attr1, hdlr1, hdlr2]);
    return multi([b2, b3, b4, b5]);
  }
},
"phone.SearchPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.SearchPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp4 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp5 = app.createComponent(`ProductRow`, true, false, false, ["product"]);
  const comp6 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp7 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block1 = createBlock(`<a class="icon-button" block-attribute-0="href" aria-label="${x("Scan")}"><block-child-0/></a>`);
  let block4 = createBlock(`<search><form class="search-field" block-handler-0="submit.prevent"><block-child-0/><input type="search" class="input" block-property-1="value" placeholder="${x("What are you looking for?")}" aria-label="${x("Search for a product")}" enterkeyhint="search" autocomplete="off" autocapitalize="none" maxlength="200" block-handler-2="input" block-ref="3"/><block-child-1/></form></search>`);
  let block6 = createBlock(`<button type="button" class="icon-button" aria-label="${x("Clear the search")}" block-handler-0="click"><block-child-0/></button>`);
  let block8 = createBlock(`<nav class="chips search-chips" aria-label="${x("Categories")}"><block-child-0/></nav>`);
  let block10 = createBlock(`<button type="button" class="chip" block-attribute-0="aria-pressed" block-handler-1="click"><block-text-2/></button>`);
  let block11 = createBlock(`<p class="visually-hidden" role="status"><block-text-0/></p>`);
  let block12 = createBlock(`<p class="danger" role="alert"><block-text-0/></p>`);
  let block13 = createBlock(`<section class="search-recent"><div class="section-head"><h2>${x("Searched lately")}</h2><button type="button" class="link" block-handler-0="click">${x("Clear")}</button></div><ul class="list"><block-child-0/></ul></section>`);
  let block15 = createBlock(`<li><button type="button" class="row" block-handler-0="click"><block-child-0/><span class="grow"><block-text-1/></span></button></li>`);
  let block17 = createBlock(`<div class="wait" aria-hidden="true"><i/><i/><i/></div>`);
  let block19 = createBlock(`<p class="muted">${x("You are offline. These are products that are kept on your phone.")}</p>`);
  let block20 = createBlock(`<ul class="list" block-attribute-0="aria-busy"><block-child-0/></ul>`);
  let block22 = createBlock(`<li block-handler-0="click"><block-child-0/></li>`);
  let block24 = createBlock(`<a class="button" block-attribute-0="href">${x("Scan")}</a>`);
  let block26 = createBlock(`<button type="button" class="button wide" block-property-0="disabled" block-handler-1="click">${x("Show more")}</button>`);
  
  function slot1(ctx, node, key = "") {
    let attr1 = ctx['env'].router.url('/scan');
    const b2 = comp1({name: 'scan'}, key + `__1`, node, this, null);
    return block1([attr1], [b2]);
  }
  
  function slot2(ctx, node, key = "") {
    let b4, b8, b11, b12, b13, b17, b18;
    let b5, b6;
    let hdlr1 = ["prevent", ctx['onSubmit'], ctx];
    b5 = comp2({name: 'search'}, key + `__2`, node, this, null);
    let prop1 = new String((ctx['state'].text) === 0 ? 0 : ((ctx['state'].text) || ""));
    let hdlr2 = [ctx['onInput'], ctx];
    let ref1 = (el) => this.__owl__.setRef((`input`), el);
    if (ctx['state'].text) {
      let hdlr3 = [ctx['clear'], ctx];
      const b7 = comp3({name: 'close'}, key + `__3`, node, this, null);
      b6 = block6([hdlr3], [b7]);
    }
    b4 = block4([hdlr1, prop1, hdlr2, ref1], [b5, b6]);
    if (ctx['chips'].length) {
      ctx = Object.create(ctx);
      const [k_block9, v_block9, l_block9, c_block9] = prepareList(ctx['chips']);;
      for (let i1 = 0; i1 < l_block9; i1++) {
        ctx[`category`] = k_block9[i1];
        const key1 = ctx['category'].id;
        let attr2 = ctx['category'].id===ctx['state'].categoryId?'true':'false';
        const v1 = ctx['this'];
        const v2 = ctx['category'];
        let hdlr4 = [()=>v1.choose(v2), ctx];
        let txt1 = ctx['category'].name;
        c_block9[i1] = withKey(block10([attr2, hdlr4, txt1]), key1);
      }
      ctx = ctx.__proto__;
      const b9 = list(c_block9);
      b8 = block8([], [b9]);
    }
    let txt2 = ctx['summary'];
    b11 = block11([txt2]);
    if (ctx['state'].fault) {
      let txt3 = ctx['state'].fault;
      b12 = block12([txt3]);
    }
    if (!ctx['isWanted']&&ctx['state'].recent.length) {
      let hdlr5 = [ctx['clearRecent'], ctx];
      ctx = Object.create(ctx);
      const [k_block14, v_block14, l_block14, c_block14] = prepareList(ctx['state'].recent);;
      for (let i1 = 0; i1 < l_block14; i1++) {
        ctx[`recent`] = k_block14[i1];
        const key1 = ctx['recent'];
        const v3 = ctx['this'];
        const v4 = ctx['recent'];
        let hdlr6 = [()=>v3.searchFor(v4), ctx];
        const b16 = comp4({name: 'clock'}, key + `__4__${key1}`, node, this, null);
        let txt4 = ctx['recent'];
        c_block14[i1] = withKey(block15([hdlr6, txt4], [b16]), key1);
      }
      ctx = ctx.__proto__;
      const b14 = list(c_block14);
      b13 = block13([hdlr5], [b14]);
    }
    if (ctx['state'].asking==='asking'&&!ctx['state'].items) {
      b17 = block17();
    }
    if (ctx['state'].items) {
      let b19, b20, b25, b26;
      if (ctx['state'].isKept) {
        b19 = block19();
      }
      if (ctx['state'].items.length) {
        let attr3 = ctx['state'].asking?'true':'false';
        ctx = Object.create(ctx);
        const [k_block21, v_block21, l_block21, c_block21] = prepareList(ctx['state'].items);;
        for (let i1 = 0; i1 < l_block21; i1++) {
          ctx[`product`] = k_block21[i1];
          const key1 = ctx['product'].id;
          let hdlr7 = [ctx['onOpen'], ctx];
          const b23 = comp5({product: ctx['product']}, key + `__5__${key1}`, node, this, null);
          c_block21[i1] = withKey(block22([hdlr7], [b23]), key1);
        }
        ctx = ctx.__proto__;
        const b21 = list(c_block21);
        b20 = block20([attr3], [b21]);
      } else if (!ctx['state'].asking) {
        b25 = comp6({icon: 'search',title: `${t("Nothing found")}`,text: `${t("Try another word, a shorter one, or scan the product's barcode.")}`,slots: markRaw({'default': {__render: slot3.bind(this), __ctx: ctx}})}, key + `__6`, node, this, null);
      }
      if (ctx['state'].next) {
        let prop2 = new Boolean(ctx['state'].asking);
        const v5 = ctx['this'];
        let hdlr8 = [()=>v5.ask({isMore:true}), ctx];
        b26 = block26([prop2, hdlr8]);
      }
      b18 = multi([b19, b20, b25, b26]);
    }
    return multi([b4, b8, b11, b12, b13, b17, b18]);
  }
  
  function slot3(ctx, node, key = "") {
    let attr4 = ctx['env'].router.url('/scan');
    return block24([attr4]);
  }
  
  return function template(ctx, node, key = "") {
    return comp7({title: `${t("Search")}`,back: '/scan',slots: markRaw({'actions': {__render: slot1.bind(this), __ctx: ctx}, 'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__7`, node, this, null);
  }
},
};
