/* Made by `./dev phone` from the .xml files beside, by Owl's own compiler. Do not edit. */
import { term as t, termInXml as x } from "./core/texts";

export const templates = {
"phone.ForYouPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, capture, markRaw, withKey } = helpers;
  // Template name: "phone.ForYouPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp4 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp5 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp6 = app.createComponent(`ProductCard`, true, true, false, ["product","reason"]);
  const comp7 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp8 = app.createComponent(`ProductCard`, true, true, false, ["product","reason"]);
  const comp9 = app.createComponent(`Empty`, true, true, false, ["icon","title"]);
  const comp10 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp11 = app.createComponent(`Page`, true, true, false, []);
  
  let block1 = createBlock(`<a class="icon-button" block-attribute-0="href" aria-label="${x("Search")}"><block-child-0/></a>`);
  let block4 = createBlock(`<nav class="for-you-links" aria-label="${x("Your products")}"><a class="button" block-attribute-0="href"><block-child-0/><span>${x("Shopping lists")}</span></a><a class="button" block-attribute-1="href"><block-child-1/><span>${x("Favourites")}</span></a></nav>`);
  let block7 = createBlock(`<div class="for-you-hint line"><block-child-0/><block-child-1/><block-child-2/><block-child-3/><block-child-4/></div>`);
  let block9 = createBlock(`<p class="grow small">${x("Everybody sees these. Sign in for what fits to what you buy.")}</p>`);
  let block10 = createBlock(`<p class="grow small">${x("Everybody sees these. They fit better when we may look at what you buy.")}</p>`);
  let block11 = createBlock(`<button type="button" class="link" block-handler-0="click">${x("Sign in")}</button>`);
  let block12 = createBlock(`<a class="link" block-attribute-0="href">${x("Your choice")}</a>`);
  let block13 = createBlock(`<section class="for-you-part" aria-labelledby="for-you-again"><h2 id="for-you-again">${x("Buy again")}</h2><ul class="list"><block-child-0/></ul></section>`);
  let block15 = createBlock(`<li><block-child-0/></li>`);
  let block16 = createBlock(`<button type="button" class="icon-button" block-attribute-0="aria-label" block-handler-1="click"><block-child-0/></button>`);
  let block19 = createBlock(`<section class="for-you-part" aria-labelledby="for-you-others"><h2 id="for-you-others"><block-child-0/><block-child-1/></h2><ul class="list"><block-child-2/></ul></section>`);
  let block23 = createBlock(`<li><block-child-0/></li>`);
  let block24 = createBlock(`<button type="button" class="icon-button" block-attribute-0="aria-label" block-handler-1="click"><block-child-0/></button>`);
  let block27 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/><i/><i/></div>`);
  let block28 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  let block30 = createBlock(`<a class="button" block-attribute-0="href">${x("Search")}</a>`);
  let block32 = createBlock(`<p role="status" class="muted small"><block-text-0/></p>`);
  let block33 = createBlock(`<button type="button" class="button" block-property-0="disabled" block-handler-1="click"><block-child-0/><block-child-1/></button>`);
  
  function slot1(ctx, node, key = "") {
    let attr1 = ctx['env'].router.url('/search');
    const b2 = comp1({name: 'search'}, key + `__1`, node, this, null);
    return block1([attr1], [b2]);
  }
  
  function slot2(ctx, node, key = "") {
    let b4, b7, b13, b19, b27, b29, b31, b32, b33;
    let attr2 = ctx['env'].router.url('/lists');
    const b5 = comp2({name: 'list'}, key + `__2`, node, this, null);
    let attr3 = ctx['env'].router.url('/favourites');
    const b6 = comp3({name: 'heart'}, key + `__3`, node, this, null);
    b4 = block4([attr2, attr3], [b5, b6]);
    if (ctx['isProfiled']===false) {
      let b8, b9, b10, b11, b12;
      b8 = comp4({name: 'info'}, key + `__4`, node, this, null);
      if (!ctx['session'].isSignedIn) {
        b9 = block9();
      } else {
        b10 = block10();
      }
      if (!ctx['session'].isSignedIn) {
        let hdlr1 = [ctx['signIn'], ctx];
        b11 = block11([hdlr1]);
      } else {
        let attr4 = ctx['env'].router.url('/me/consents');
        b12 = block12([attr4]);
      }
      b7 = block7([], [b8, b9, b10, b11, b12]);
    }
    if (ctx['again'].length) {
      ctx = Object.create(ctx);
      const [k_block14, v_block14, l_block14, c_block14] = prepareList(ctx['again']);;
      for (let i1 = 0; i1 < l_block14; i1++) {
        ctx[`item`] = k_block14[i1];
        const key1 = ctx['item'].product.id;
        const ctx1 = capture(ctx);
        const b18 = comp6({product: ctx['item'].product,reason: ctx['item'].reason.text,slots: markRaw({'default': {__render: slot3.bind(this), __ctx: ctx1}})}, key + `__6__${key1}`, node, this, null);
        c_block14[i1] = withKey(block15([], [b18]), key1);
      }
      ctx = ctx.__proto__;
      const b14 = list(c_block14);
      b13 = block13([], [b14]);
    }
    if (ctx['others'].length) {
      let b20, b21, b22;
      if (ctx['isProfiled']) {
        b20 = text(`${t("Picked for you")}`);
      } else {
        b21 = text(`${t("Worth a look")}`);
      }
      ctx = Object.create(ctx);
      const [k_block22, v_block22, l_block22, c_block22] = prepareList(ctx['others']);;
      for (let i1 = 0; i1 < l_block22; i1++) {
        ctx[`item`] = k_block22[i1];
        const key1 = ctx['item'].product.id;
        const ctx2 = capture(ctx);
        const b26 = comp8({product: ctx['item'].product,reason: ctx['item'].reason.text,slots: markRaw({'default': {__render: slot4.bind(this), __ctx: ctx2}})}, key + `__8__${key1}`, node, this, null);
        c_block22[i1] = withKey(block23([], [b26]), key1);
      }
      ctx = ctx.__proto__;
      b22 = list(c_block22);
      b19 = block19([], [b20, b21, b22]);
    }
    if (!ctx['state'].items.length&&ctx['state'].isLoading) {
      b27 = block27();
    } else if (!ctx['state'].items.length&&ctx['state'].trouble) {
      b29 = comp9({icon: 'offline',title: ctx['state'].trouble,text: `${t("Your shopping lists and favourites are here all the same.")}`,slots: markRaw({'default': {__render: slot5.bind(this), __ctx: ctx}})}, key + `__9`, node, this, null);
    } else if (!ctx['state'].items.length) {
      b31 = comp10({icon: 'star',title: `${t("Nothing to show yet")}`,text: `${t("Look for something yourself, or scan it in the store.")}`,slots: markRaw({'default': {__render: slot6.bind(this), __ctx: ctx}})}, key + `__10`, node, this, null);
    } else if (ctx['state'].trouble) {
      let txt1 = ctx['state'].trouble;
      b32 = block32([txt1]);
    }
    if (ctx['state'].cursor) {
      let b34, b35;
      let prop1 = new Boolean(ctx['state'].isLoadingMore);
      let hdlr5 = [ctx['more'], ctx];
      if (ctx['state'].isLoadingMore) {
        b34 = text(`${t("One moment…")}`);
      } else {
        b35 = text(`${t("Show more")}`);
      }
      b33 = block33([prop1, hdlr5], [b34, b35]);
    }
    return multi([b4, b7, b13, b19, b27, b29, b31, b32, b33]);
  }
  
  function slot3(ctx, node, key = "") {
    let attr5 = ctx['labelOf'](ctx['item'].product);
    const v1 = ctx['this'];
    const v2 = ctx['item'];
    let hdlr2 = [()=>v1.choose(v2.product), ctx];
    const b17 = comp5({name: 'plus'}, key + `__5`, node, this, null);
    return block16([attr5, hdlr2], [b17]);
  }
  
  function slot4(ctx, node, key = "") {
    let attr6 = ctx['labelOf'](ctx['item'].product);
    const v3 = ctx['this'];
    const v4 = ctx['item'];
    let hdlr3 = [()=>v3.choose(v4.product), ctx];
    const b25 = comp7({name: 'plus'}, key + `__7`, node, this, null);
    return block24([attr6, hdlr3], [b25]);
  }
  
  function slot5(ctx, node, key = "") {
    let hdlr4 = [ctx['load'], ctx];
    return block28([hdlr4]);
  }
  
  function slot6(ctx, node, key = "") {
    let attr7 = ctx['env'].router.url('/search');
    return block30([attr7]);
  }
  
  return function template(ctx, node, key = "") {
    return comp11({title: `${t("For you")}`,slots: markRaw({'actions': {__render: slot1.bind(this), __ctx: ctx}, 'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__11`, node, this, null);
  }
},
"phone.ProductActions": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.ProductActions"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block1 = createBlock(`<ul class="list"><li><button type="button" class="row" block-handler-0="click"><block-child-0/><span class="grow">${x("Put it on a shopping list")}</span></button></li><li><button type="button" class="row" block-handler-1="click"><block-child-1/><span class="grow">${x("Put it into the basket")}</span></button></li><li><button type="button" class="row" block-handler-2="click"><block-child-2/><span class="grow"><block-child-3/><block-child-4/></span></button></li></ul>`);
  
  return function template(ctx, node, key = "") {
    let b2, b3, b4, b5, b6;
    let hdlr1 = [ctx['putOnList'], ctx];
    b2 = comp1({name: 'list'}, key + `__1`, node, this, null);
    let hdlr2 = [ctx['addToBasket'], ctx];
    b3 = comp2({name: 'basket'}, key + `__2`, node, this, null);
    let hdlr3 = [ctx['toggleFavourite'], ctx];
    b4 = comp3({name: 'heart'}, key + `__3`, node, this, null);
    if (ctx['isFavourite']) {
      b5 = text(`${t("Take it out of your favourites")}`);
    } else {
      b6 = text(`${t("Keep it as a favourite")}`);
    }
    return block1([hdlr1, hdlr2, hdlr3], [b2, b3, b4, b5, b6]);
  }
},
"phone.ListsPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.ListsPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Empty`, true, false, false, ["icon"]);
  const comp4 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp5 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block2 = createBlock(`<ul class="list"><block-child-0/></ul>`);
  let block4 = createBlock(`<li><a class="row" block-attribute-0="href"><block-child-0/><span class="grow"><span class="strong"><block-text-1/></span><br/><span class="muted small"><block-text-2/></span></span><span class="lists-next"><block-child-1/></span></a></li>`);
  let block8 = createBlock(`<button type="button" class="button primary" block-handler-0="click"><block-child-0/><span>${x("New list")}</span></button>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b7, b8;
    if (ctx['lists'].length) {
      ctx = Object.create(ctx);
      const [k_block3, v_block3, l_block3, c_block3] = prepareList(ctx['lists']);;
      for (let i1 = 0; i1 < l_block3; i1++) {
        ctx[`list`] = k_block3[i1];
        const key1 = ctx['list'].id;
        let attr1 = ctx['env'].router.url('/lists/'+ctx['list'].id);
        const b5 = comp1({name: 'list'}, key + `__1__${key1}`, node, this, null);
        let txt1 = ctx['list'].name;
        let txt2 = ctx['summary'](ctx['list']);
        const b6 = comp2({name: 'next'}, key + `__2__${key1}`, node, this, null);
        c_block3[i1] = withKey(block4([attr1, txt1, txt2], [b5, b6]), key1);
      }
      ctx = ctx.__proto__;
      const b3 = list(c_block3);
      b2 = block2([], [b3]);
    } else {
      b7 = comp3({icon: 'list',title: `${t("No shopping list yet")}`,text: `${t("Write one at home and tick it off in the store. It works without a connection, too.")}`}, key + `__3`, node, this, null);
    }
    let hdlr1 = [ctx['make'], ctx];
    const b9 = comp4({name: 'plus'}, key + `__4`, node, this, null);
    b8 = block8([hdlr1], [b9]);
    return multi([b2, b7, b8]);
  }
  
  return function template(ctx, node, key = "") {
    return comp5({title: `${t("Shopping lists")}`,back: '/for-you',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__5`, node, this, null);
  }
},
"phone.NameSheet": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { toNumber } = helpers;
  // Template name: "phone.NameSheet"
  
  let block1 = createBlock(`<form class="sheet-form" block-handler-0="submit.prevent"><div class="field"><label for="list-name">${x("Name")}</label><input id="list-name" class="input" maxlength="200" autocomplete="off" enterkeyhint="done" block-property-1="value" block-handler-2="input" block-ref="3"/></div><button type="submit" class="button primary wide" block-property-4="disabled">${x("Save")}</button></form>`);
  
  return function template(ctx, node, key = "") {
    let hdlr1 = ["prevent", ctx['submit'], ctx];
    const bExpr1 = ctx['state'];
    const expr1 = 'name';
    let prop1 = bExpr1[expr1];
    let hdlr2 = [(ev) => { bExpr1[expr1] = ev.target.value; }];
    let ref1 = (el) => this.__owl__.setRef((`input`), el);
    let prop2 = new Boolean(!ctx['state'].name.trim());
    return block1([hdlr1, prop1, hdlr2, ref1, prop2]);
  }
},
"phone.ListPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { toNumber, prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.ListPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Thumb`, true, false, false, ["url"]);
  const comp4 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp5 = app.createComponent(`Empty`, true, false, false, ["icon"]);
  const comp6 = app.createComponent(`Empty`, true, false, false, ["icon"]);
  const comp7 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp8 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp9 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp10 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp11 = app.createComponent(`Page`, true, true, false, ["title","back"]);
  
  let block2 = createBlock(`<button type="button" class="icon-button" aria-label="${x("Share the list")}" block-handler-0="click"><block-child-0/></button>`);
  let block6 = createBlock(`<form class="list-add" block-handler-0="submit.prevent"><label for="list-text" class="visually-hidden">${x("What do you need?")}</label><input id="list-text" class="input" maxlength="200" placeholder="${x("What do you need?")}" autocomplete="off" enterkeyhint="enter" block-property-1="value" block-handler-2="input" block-handler-3="input" block-ref="4"/><button type="submit" class="button primary" aria-label="${x("Add")}"><block-child-0/></button></form>`);
  let block8 = createBlock(`<ul class="list" aria-label="${x("Products that fit")}"><block-child-0/></ul>`);
  let block10 = createBlock(`<li><button type="button" class="row" block-handler-0="click"><block-child-0/><span class="grow"><block-text-1/></span><span class="number muted"><block-text-2/></span></button></li>`);
  let block12 = createBlock(`<ul class="list" aria-label="${x("Still to buy")}"><block-child-0/></ul>`);
  let block14 = createBlock(`<li class="list-line"><label class="list-tick"><input type="checkbox" block-property-0="checked" block-handler-1="change"/><span class="grow"><block-child-0/><span><block-text-2/></span><block-child-1/></span></label><block-child-2/><button type="button" class="icon-button" block-attribute-3="aria-label" block-handler-4="click"><block-child-3/></button></li>`);
  let block15 = createBlock(`<span class="strong number list-quantity"><block-text-0/></span>`);
  let block16 = createBlock(`<span class="muted small list-note"><block-text-0/></span>`);
  let block17 = createBlock(`<span class="muted small number"><block-text-0/></span>`);
  let block21 = createBlock(`<p class="muted list-total number"><block-text-0/></p>`);
  let block22 = createBlock(`<button type="button" class="button" block-handler-0="click"><block-child-0/><span>${x("Where to buy it")}</span></button>`);
  let block24 = createBlock(`<section class="list-done" aria-labelledby="list-done"><h2 id="list-done">${x("Done")}</h2><ul class="list"><block-child-0/></ul></section>`);
  let block26 = createBlock(`<li class="list-line"><label class="list-tick"><input type="checkbox" checked="checked" block-handler-0="change"/><span class="grow muted"><s><block-text-1/></s></span></label><button type="button" class="icon-button" block-attribute-2="aria-label" block-handler-3="click"><block-child-0/></button></li>`);
  let block28 = createBlock(`<div class="buttons"><button type="button" class="button" block-handler-0="click">${x("Rename")}</button><button type="button" class="button danger" block-handler-1="click"><block-child-0/><span>${x("Delete the list")}</span></button></div>`);
  let block30 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/><i/></div>`);
  let block31 = createBlock(`<a class="button" block-attribute-0="href">${x("See your lists")}</a>`);
  
  function slot1(ctx, node, key = "") {
    let b2;
    if (ctx['list']) {
      let hdlr1 = [ctx['share'], ctx];
      const b3 = comp1({name: 'share'}, key + `__1`, node, this, null);
      b2 = block2([hdlr1], [b3]);
    }
    return multi([b2]);
  }
  
  function slot2(ctx, node, key = "") {
    let b5, b30, b32;
    if (ctx['list']) {
      let b6, b8, b12, b19, b20, b21, b22, b24, b28;
      let hdlr2 = ["prevent", ctx['addText'], ctx];
      const bExpr1 = ctx['state'];
      const expr1 = 'text';
      let prop1 = bExpr1[expr1];
      let hdlr3 = [(ev) => { bExpr1[expr1] = ev.target.value; }];
      let hdlr4 = [ctx['onInput'], ctx];
      let ref1 = (el) => this.__owl__.setRef((`input`), el);
      const b7 = comp2({name: 'plus'}, key + `__2`, node, this, null);
      b6 = block6([hdlr2, prop1, hdlr3, hdlr4, ref1], [b7]);
      if (ctx['state'].found.length) {
        ctx = Object.create(ctx);
        const [k_block9, v_block9, l_block9, c_block9] = prepareList(ctx['state'].found);;
        for (let i1 = 0; i1 < l_block9; i1++) {
          ctx[`product`] = k_block9[i1];
          const key1 = ctx['product'].id;
          const v1 = ctx['this'];
          const v2 = ctx['product'];
          let hdlr5 = [()=>v1.addProduct(v2), ctx];
          const b11 = comp3({url: ctx['product'].image_url}, key + `__3__${key1}`, node, this, null);
          let txt1 = ctx['product'].name;
          let txt2 = ctx['price'](ctx['product']);
          c_block9[i1] = withKey(block10([hdlr5, txt1, txt2], [b11]), key1);
        }
        ctx = ctx.__proto__;
        const b9 = list(c_block9);
        b8 = block8([], [b9]);
      }
      if (ctx['open'].length) {
        ctx = Object.create(ctx);
        const [k_block13, v_block13, l_block13, c_block13] = prepareList(ctx['open']);;
        for (let i1 = 0; i1 < l_block13; i1++) {
          ctx[`line`] = k_block13[i1];
          const key1 = ctx['line'].id;
          let b15, b16, b17, b18;
          let prop2 = new Boolean(ctx['line'].done);
          const v3 = ctx['this'];
          const v4 = ctx['line'];
          let hdlr6 = [()=>v3.tick(v4), ctx];
          if (ctx['quantity'](ctx['line'])) {
            let txt3 = ctx['quantity'](ctx['line']);
            b15 = block15([txt3]);
          }
          let txt4 = ctx['line'].text;
          if (ctx['line'].note) {
            let txt5 = ctx['line'].note;
            b16 = block16([txt5]);
          }
          if (ctx['product'](ctx['line'])) {
            let txt6 = ctx['price'](ctx['product'](ctx['line']));
            b17 = block17([txt6]);
          }
          let attr1 = ctx['labelOf'](ctx['line']);
          const v5 = ctx['this'];
          const v6 = ctx['line'];
          let hdlr7 = [()=>v5.editLine(v6), ctx];
          b18 = comp4({name: 'more'}, key + `__4__${key1}`, node, this, null);
          c_block13[i1] = withKey(block14([prop2, hdlr6, txt4, attr1, hdlr7], [b15, b16, b17, b18]), key1);
        }
        ctx = ctx.__proto__;
        const b13 = list(c_block13);
        b12 = block12([], [b13]);
      } else if (ctx['done'].length) {
        b19 = comp5({icon: 'check',title: `${t("All done")}`}, key + `__5`, node, this, null);
      } else {
        b20 = comp6({icon: 'list',title: `${t("Nothing on it yet")}`,text: `${t("Type what you need. Products of our stores appear as you type.")}`}, key + `__6`, node, this, null);
      }
      if (ctx['total']) {
        let txt7 = ctx['total'];
        b21 = block21([txt7]);
      }
      if (ctx['open'].length) {
        let hdlr8 = [ctx['where'], ctx];
        const b23 = comp7({name: 'store'}, key + `__7`, node, this, null);
        b22 = block22([hdlr8], [b23]);
      }
      if (ctx['done'].length) {
        ctx = Object.create(ctx);
        const [k_block25, v_block25, l_block25, c_block25] = prepareList(ctx['done']);;
        for (let i1 = 0; i1 < l_block25; i1++) {
          ctx[`line`] = k_block25[i1];
          const key1 = ctx['line'].id;
          const v7 = ctx['this'];
          const v8 = ctx['line'];
          let hdlr9 = [()=>v7.tick(v8), ctx];
          let txt8 = ctx['line'].text;
          let attr2 = ctx['labelOf'](ctx['line']);
          const v9 = ctx['this'];
          const v10 = ctx['line'];
          let hdlr10 = [()=>v9.editLine(v10), ctx];
          const b27 = comp8({name: 'more'}, key + `__8__${key1}`, node, this, null);
          c_block25[i1] = withKey(block26([hdlr9, txt8, attr2, hdlr10], [b27]), key1);
        }
        ctx = ctx.__proto__;
        const b25 = list(c_block25);
        b24 = block24([], [b25]);
      }
      let hdlr11 = [ctx['rename'], ctx];
      let hdlr12 = [ctx['remove'], ctx];
      const b29 = comp9({name: 'trash'}, key + `__9`, node, this, null);
      b28 = block28([hdlr11, hdlr12], [b29]);
      b5 = multi([b6, b8, b12, b19, b20, b21, b22, b24, b28]);
    } else if (!ctx['state'].isLoaded) {
      b30 = block30();
    } else {
      b32 = comp10({icon: 'list',title: `${t("This list is not here")}`,text: `${t("It may have been deleted on another phone.")}`,slots: markRaw({'default': {__render: slot3.bind(this), __ctx: ctx}})}, key + `__10`, node, this, null);
    }
    return multi([b5, b30, b32]);
  }
  
  function slot3(ctx, node, key = "") {
    let attr3 = ctx['env'].router.url('/lists');
    return block31([attr3]);
  }
  
  return function template(ctx, node, key = "") {
    return comp11({title: ctx['list']?ctx['list'].name:ctx['env'].config.name,back: '/lists',slots: markRaw({'actions': {__render: slot1.bind(this), __ctx: ctx}, 'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__11`, node, this, null);
  }
},
"phone.LineSheet": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { toNumber } = helpers;
  // Template name: "phone.LineSheet"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block1 = createBlock(`<form class="sheet-form" block-handler-0="submit.prevent"><div class="field"><label for="line-text">${x("What")}</label><input id="line-text" class="input" maxlength="200" autocomplete="off" block-property-1="value" block-handler-2="input"/></div><div class="field"><label for="line-quantity">${x("Quantity")}</label><div class="line"><button type="button" class="button" aria-label="${x("One less")}" block-handler-3="click"><block-child-0/></button><input id="line-quantity" class="input line-quantity number" type="number" inputmode="decimal" min="0.001" max="999" step="any" block-property-4="value" block-handler-5="input"/><button type="button" class="button" aria-label="${x("One more")}" block-handler-6="click"><block-child-1/></button></div></div><div class="field"><label for="line-note">${x("Note")}</label><input id="line-note" class="input" maxlength="200" autocomplete="off" block-property-7="value" block-handler-8="input"/></div><div class="buttons"><button type="submit" class="button primary">${x("Save")}</button><button type="button" class="button danger" block-handler-9="click"><block-child-2/><span>${x("Take it off the list")}</span></button></div></form>`);
  
  return function template(ctx, node, key = "") {
    let hdlr1 = ["prevent", ctx['submit'], ctx];
    const bExpr1 = ctx['state'];
    const expr1 = 'text';
    let prop1 = bExpr1[expr1];
    let hdlr2 = [(ev) => { bExpr1[expr1] = ev.target.value; }];
    const v1 = ctx['this'];
    let hdlr3 = [()=>v1.step(-1), ctx];
    const b2 = comp1({name: 'minus'}, key + `__1`, node, this, null);
    const bExpr2 = ctx['state'];
    const expr2 = 'quantity';
    let prop2 = bExpr2[expr2];
    let hdlr4 = [(ev) => { bExpr2[expr2] = toNumber(ev.target.value); }];
    const v2 = ctx['this'];
    let hdlr5 = [()=>v2.step(1), ctx];
    const b3 = comp2({name: 'plus'}, key + `__2`, node, this, null);
    const bExpr3 = ctx['state'];
    const expr3 = 'note';
    let prop3 = bExpr3[expr3];
    let hdlr6 = [(ev) => { bExpr3[expr3] = ev.target.value; }];
    const v3 = ctx['props'];
    let hdlr7 = [()=>v3.close('remove'), ctx];
    const b4 = comp3({name: 'trash'}, key + `__3`, node, this, null);
    return block1([hdlr1, prop1, hdlr2, hdlr3, prop2, hdlr4, hdlr5, prop3, hdlr6, hdlr7], [b2, b3, b4]);
  }
},
"phone.WhereSheet": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey } = helpers;
  // Template name: "phone.WhereSheet"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block3 = createBlock(`<p role="status"><block-text-0/></p>`);
  let block4 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  let block5 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/></div>`);
  let block6 = createBlock(`<p>${x("We can compare stores when there are products on your list: choose one of those that appear as you type.")}</p>`);
  let block7 = createBlock(`<p>${x("No store is known to have these.")}</p>`);
  let block9 = createBlock(`<p class="muted small">${x("Prices are the same in each store.")}</p>`);
  let block10 = createBlock(`<ul class="list"><block-child-0/></ul>`);
  let block12 = createBlock(`<li><a class="row" block-attribute-0="href" block-handler-1="click"><block-child-0/><span class="grow"><span class="strong"><block-text-2/></span><br/><span class="muted small"><block-text-3/></span><block-child-1/></span><span class="end"><span class="tag" block-attribute-4="class"><block-child-2/><block-child-3/></span><block-child-4/></span></a></li>`);
  let block14 = createBlock(`<span class="small list-note"><block-text-0/></span>`);
  let block17 = createBlock(`<span class="number small list-note"><block-text-0/></span>`);
  let block18 = createBlock(`<p class="muted small">${x("What you wrote in your own words is not compared.")}</p>`);
  
  return function template(ctx, node, key = "") {
    let b2, b5, b6, b7, b8;
    if (ctx['state'].trouble) {
      let txt1 = ctx['state'].trouble;
      const b3 = block3([txt1]);
      let hdlr1 = [ctx['load'], ctx];
      const b4 = block4([hdlr1]);
      b2 = multi([b3, b4]);
    } else if (!ctx['state'].answer) {
      b5 = block5();
    } else if (!ctx['state'].answer.count) {
      b6 = block6();
    } else if (!ctx['state'].answer.items.length) {
      b7 = block7();
    } else {
      let b9, b10, b18;
      b9 = block9();
      ctx = Object.create(ctx);
      const [k_block11, v_block11, l_block11, c_block11] = prepareList(ctx['state'].answer.items);;
      for (let i1 = 0; i1 < l_block11; i1++) {
        ctx[`store`] = k_block11[i1];
        const key1 = ctx['store'].store_id;
        let b13, b14, b15, b16, b17;
        let attr1 = ctx['env'].router.url('/stores/'+ctx['store'].store_id);
        const v1 = ctx['props'];
        let hdlr2 = [()=>v1.close(), ctx];
        b13 = comp1({name: ctx['store'].complete?'check':'store'}, key + `__1__${key1}`, node, this, null);
        let txt2 = ctx['store'].name;
        let txt3 = ctx['details'](ctx['store']);
        if (ctx['missing'](ctx['store'])) {
          let txt4 = ctx['missing'](ctx['store']);
          b14 = block14([txt4]);
        }
        let attr2 = {success:ctx['store'].complete};
        if (ctx['store'].complete) {
          b15 = text(`${t("Has it all")}`);
        } else {
          b16 = text(ctx['found'](ctx['store']));
        }
        if (ctx['store'].found) {
          let txt5 = ctx['money'](ctx['store'].total);
          b17 = block17([txt5]);
        }
        c_block11[i1] = withKey(block12([attr1, hdlr2, txt2, txt3, attr2], [b13, b14, b15, b16, b17]), key1);
      }
      ctx = ctx.__proto__;
      const b11 = list(c_block11);
      b10 = block10([], [b11]);
      if (ctx['state'].answer.text_line_ids.length) {
        b18 = block18();
      }
      b8 = multi([b9, b10, b18]);
    }
    return multi([b2, b5, b6, b7, b8]);
  }
},
"phone.FavouritesPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, capture, markRaw, withKey } = helpers;
  // Template name: "phone.FavouritesPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`ProductCard`, true, true, false, ["product"]);
  const comp3 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp4 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block2 = createBlock(`<ul class="list"><block-child-0/></ul>`);
  let block4 = createBlock(`<li><block-child-0/></li>`);
  let block5 = createBlock(`<button type="button" class="icon-button favourite" block-attribute-0="aria-label" block-handler-1="click"><block-child-0/></button>`);
  let block8 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/></div>`);
  let block9 = createBlock(`<a class="button" block-attribute-0="href">${x("See what we picked for you")}</a>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b8, b10;
    if (ctx['products'].length) {
      ctx = Object.create(ctx);
      const [k_block3, v_block3, l_block3, c_block3] = prepareList(ctx['products']);;
      for (let i1 = 0; i1 < l_block3; i1++) {
        ctx[`product`] = k_block3[i1];
        const key1 = ctx['product'].id;
        const ctx1 = capture(ctx);
        const b7 = comp2({product: ctx['product'],slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx1}})}, key + `__2__${key1}`, node, this, null);
        c_block3[i1] = withKey(block4([], [b7]), key1);
      }
      ctx = ctx.__proto__;
      const b3 = list(c_block3);
      b2 = block2([], [b3]);
    } else if (ctx['state'].isLoading) {
      b8 = block8();
    } else {
      b10 = comp3({icon: 'heart',title: `${t("No favourites yet")}`,text: `${t("Tap the heart of a product, and it is kept here.")}`,slots: markRaw({'default': {__render: slot3.bind(this), __ctx: ctx}})}, key + `__3`, node, this, null);
    }
    return multi([b2, b8, b10]);
  }
  
  function slot2(ctx, node, key = "") {
    let attr1 = ctx['labelOf'](ctx['product']);
    const v1 = ctx['this'];
    const v2 = ctx['product'];
    let hdlr1 = [()=>v1.remove(v2), ctx];
    const b6 = comp1({name: 'heart'}, key + `__1`, node, this, null);
    return block5([attr1, hdlr1], [b6]);
  }
  
  function slot3(ctx, node, key = "") {
    let attr2 = ctx['env'].router.url('/for-you');
    return block9([attr2]);
  }
  
  return function template(ctx, node, key = "") {
    return comp4({title: `${t("Favourites")}`,back: '/for-you',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__4`, node, this, null);
  }
},
};
