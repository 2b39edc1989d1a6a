/* Made by `./dev phone` from the .xml files beside, by Owl's own compiler. Do not edit. */
import { term as t, termInXml as x } from "./core/texts";

export const templates = {
"phone.DecisionsPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.DecisionsPage"
  const comp1 = app.createComponent(`Empty`, true, false, false, ["icon"]);
  const comp2 = app.createComponent(`Answer`, true, true, false, ["answer"]);
  const comp3 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block2 = createBlock(`<p class="muted">${x("Each offer that came to you, or did not, and the reason.")}</p>`);
  let block5 = createBlock(`<ol class="list"><block-child-0/></ol>`);
  let block7 = createBlock(`<li class="row"><div class="grow decision"><h2><block-text-0/></h2><p><block-text-1/></p><p class="muted small"><time block-attribute-2="datetime"><block-text-3/></time><block-child-0/></p><block-child-1/></div><block-child-2/><block-child-3/></li>`);
  let block10 = createBlock(`<span><block-text-0/></span>`);
  let block11 = createBlock(`<a class="link" block-attribute-0="href">${x("Show the message")}</a>`);
  let block12 = createBlock(`<span class="tag success">${x("Arrived")}</span>`);
  let block13 = createBlock(`<span class="tag">${x("Not sent")}</span>`);
  let block14 = createBlock(`<button type="button" class="button wide" block-property-0="disabled" block-handler-1="click"> ${x("Show older ones")} </button>`);
  
  function slot1(ctx, node, key = "") {
    const b2 = block2();
    const b15 = comp2({answer: ctx['answer'],slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__2`, node, this, null);
    return multi([b2, b15]);
  }
  
  function slot2(ctx, node, key = "") {
    let b4, b5, b14;
    if (!ctx['decisions'].length) {
      b4 = comp1({icon: 'info',title: `${t("Nothing yet")}`,text: `${t("When the shop wants to send you an offer, you see here why it came, or why not.")}`}, key + `__1`, node, this, null);
    } else {
      ctx = Object.create(ctx);
      const [k_block6, v_block6, l_block6, c_block6] = prepareList(ctx['decisions']);;
      for (let i1 = 0; i1 < l_block6; i1++) {
        ctx[`decision`] = k_block6[i1];
        ctx[`decision_index`] = i1;
        const key1 = ctx['decision_index'];
        let b8, b11, b12, b13;
        let txt1 = ctx['decision'].campaign;
        let txt2 = ctx['decision'].text;
        let attr1 = ctx['decision'].at;
        let txt3 = ctx['env'].texts.moment(ctx['decision'].at);
        if (ctx['decision'].channel) {
          const b9 = text(` ${t("·")} `);
          let txt4 = ctx['channels'][ctx['decision'].channel];
          const b10 = block10([txt4]);
          b8 = multi([b9, b10]);
        }
        if (ctx['linkOf'](ctx['decision'])) {
          let attr2 = ctx['linkOf'](ctx['decision']);
          b11 = block11([attr2]);
        }
        if (ctx['decision'].outcome==='sent') {
          b12 = block12();
        } else {
          b13 = block13();
        }
        c_block6[i1] = withKey(block7([txt1, txt2, attr1, txt3], [b8, b11, b12, b13]), key1);
      }
      ctx = ctx.__proto__;
      const b6 = list(c_block6);
      b5 = block5([], [b6]);
    }
    if (ctx['cursor']) {
      let prop1 = new Boolean(ctx['state'].isBusy);
      let hdlr1 = [ctx['showMore'], ctx];
      b14 = block14([prop1, hdlr1]);
    }
    return multi([b4, b5, b14]);
  }
  
  return function template(ctx, node, key = "") {
    return comp3({title: `${t("Why did I get this?")}`,back: '/me',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__3`, node, this, null);
  }
},
"phone.DevicesPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.DevicesPage"
  const comp1 = app.createComponent(`Answer`, true, true, false, ["answer"]);
  const comp2 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block2 = createBlock(`<ul class="list"><block-child-0/></ul>`);
  let block4 = createBlock(`<li class="row"><div class="grow"><h2><block-text-0/></h2><p class="muted small">${x("Signed in on")} <bdi><block-text-1/></bdi></p><block-child-0/></div><block-child-1/><block-child-2/></li>`);
  let block5 = createBlock(`<p class="muted small"> ${x("Last used on")} <bdi><block-text-0/></bdi></p>`);
  let block6 = createBlock(`<span class="tag success">${x("This phone")}</span>`);
  let block7 = createBlock(`<button type="button" class="button" block-property-0="disabled" block-handler-1="click">${x("Sign out")}</button>`);
  let block8 = createBlock(`<button type="button" class="button danger wide" block-property-0="disabled" block-handler-1="click">${x("Sign out everywhere")}</button>`);
  
  function slot1(ctx, node, key = "") {
    return comp1({answer: ctx['answer'],slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__1`, node, this, null);
  }
  
  function slot2(ctx, node, key = "") {
    ctx = Object.create(ctx);
    const [k_block3, v_block3, l_block3, c_block3] = prepareList(ctx['answer'].data.items);;
    for (let i1 = 0; i1 < l_block3; i1++) {
      ctx[`device`] = k_block3[i1];
      const key1 = ctx['device'].device_id;
      let b5, b6, b7;
      let txt1 = ctx['name'](ctx['device']);
      let txt2 = ctx['env'].texts.moment(ctx['device'].signed_in_at);
      if (ctx['device'].last_seen_at) {
        let txt3 = ctx['env'].texts.moment(ctx['device'].last_seen_at);
        b5 = block5([txt3]);
      }
      if (ctx['device'].current) {
        b6 = block6();
      } else {
        let prop1 = new Boolean(ctx['state'].isBusy);
        const v1 = ctx['this'];
        const v2 = ctx['device'];
        let hdlr1 = [()=>v1.signOut(v2), ctx];
        b7 = block7([prop1, hdlr1]);
      }
      c_block3[i1] = withKey(block4([txt1, txt2], [b5, b6, b7]), key1);
    }
    ctx = ctx.__proto__;
    const b3 = list(c_block3);
    const b2 = block2([], [b3]);
    let prop2 = new Boolean(ctx['state'].isBusy);
    let hdlr2 = [ctx['signOutEverywhere'], ctx];
    const b8 = block8([prop2, hdlr2]);
    return multi([b2, b8]);
  }
  
  return function template(ctx, node, key = "") {
    return comp2({title: `${t("Where you are signed in")}`,back: '/me',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__2`, node, this, null);
  }
},
"phone.DataPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { markRaw } = helpers;
  // Template name: "phone.DataPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block2 = createBlock(`<section class="card" role="status"><h2>${x("Your account will be deleted")}</h2><p>${x("On this day everything is gone, also your points and coupons:")}</p><p class="strong"><block-text-0/></p><p>${x("You are signed out everywhere. If you change your mind, sign in again before then, and everything stays.")}</p></section>`);
  let block3 = createBlock(`<p class="danger" role="alert"><block-text-0/></p>`);
  let block4 = createBlock(`<section class="card"><h2>${x("What we know")}</h2><p>${x("Your number or email, what you buy with your card, what you look at here, and what you decide. Where you are only if you agree to it.")}</p><p><block-text-0/></p><block-child-0/></section>`);
  let block5 = createBlock(`<p><a block-attribute-0="href">${x("What you agreed to")}</a></p>`);
  let block7 = createBlock(`<section class="card"><h2>${x("Take your data along")}</h2><p>${x("One file with everything: your profile, purchases, points, coupons, messages, consents and visits, and what each field means.")}</p><button type="button" class="button wide" block-property-0="disabled" block-handler-1="click"><block-child-0/> ${x("Download my data")} </button></section>`);
  let block9 = createBlock(`<section class="card"><h2>${x("Delete your account")}</h2><p>${x("Your card, points, coupons and messages go for good, after a few days in which you can still change your mind.")}</p><button type="button" class="button danger wide" block-property-0="disabled" block-handler-1="click"><block-child-0/> ${x("Delete my account")} </button></section>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b3, b4, b6;
    if (ctx['state'].leaving&&!ctx['session'].isSignedIn) {
      let txt1 = ctx['env'].texts.moment(ctx['state'].leaving.due_at);
      b2 = block2([txt1]);
    }
    if (ctx['state'].problem) {
      let txt2 = ctx['state'].problem;
      b3 = block3([txt2]);
    }
    let b5;
    let txt3 = ctx['whose'];
    if (ctx['session'].isSignedIn) {
      let attr1 = ctx['env'].router.url('/me/consents');
      b5 = block5([attr1]);
    }
    b4 = block4([txt3], [b5]);
    if (ctx['session'].isSignedIn) {
      let prop1 = new Boolean(ctx['state'].isBusy);
      let hdlr1 = [ctx['download'], ctx];
      const b8 = comp1({name: 'download'}, key + `__1`, node, this, null);
      const b7 = block7([prop1, hdlr1], [b8]);
      let prop2 = new Boolean(ctx['state'].isBusy);
      let hdlr2 = [ctx['remove'], ctx];
      const b10 = comp2({name: 'trash'}, key + `__2`, node, this, null);
      const b9 = block9([prop2, hdlr2], [b10]);
      b6 = multi([b7, b9]);
    }
    return multi([b2, b3, b4, b6]);
  }
  
  return function template(ctx, node, key = "") {
    return comp3({title: `${t("Your data and privacy")}`,back: '/me',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__3`, node, this, null);
  }
},
"phone.DeleteSheet": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { toNumber } = helpers;
  // Template name: "phone.DeleteSheet"
  
  let block2 = createBlock(`<p>${x("You are signed out everywhere at once. After a few days everything is gone, and nobody can bring it back:")}</p>`);
  let block3 = createBlock(`<ul class="bullets"><li>${x("your points, e-wallet and gift cards")}</li><li>${x("your coupons and messages")}</li><li>${x("your lists, favourites and settings")}</li></ul>`);
  let block4 = createBlock(`<p>${x("Until then, signing in again stops it.")}</p>`);
  let block5 = createBlock(`<label class="check"><input type="checkbox" block-property-0="checked" block-handler-1="input"/>${x(" ")}<span>${x("I know that my points and coupons are lost.")}</span></label>`);
  let block6 = createBlock(`<div class="buttons"><button type="button" class="button danger" block-property-0="disabled" block-handler-1="click">${x("Delete my account")}</button><button type="button" class="button" block-handler-2="click">${x("Keep it")}</button></div>`);
  
  return function template(ctx, node, key = "") {
    const b2 = block2();
    const b3 = block3();
    const b4 = block4();
    const bExpr1 = ctx['state'];
    const expr1 = 'isSure';
    let prop1 = bExpr1[expr1];
    let hdlr1 = [(ev) => { bExpr1[expr1] = ev.target.checked; }];
    const b5 = block5([prop1, hdlr1]);
    let prop2 = new Boolean(!ctx['state'].isSure);
    const v1 = ctx['props'];
    let hdlr2 = [()=>v1.close(true), ctx];
    const v2 = ctx['props'];
    let hdlr3 = [()=>v2.close(), ctx];
    const b6 = block6([prop2, hdlr2, hdlr3]);
    return multi([b2, b3, b4, b5, b6]);
  }
},
"phone.SettingsPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.SettingsPage"
  const comp1 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block2 = createBlock(`<section class="card"><h2>${x("You")}</h2><dl class="facts"><dt>${x("Name")}</dt><dd><block-text-0/></dd><dt>${x("Phone number")}</dt><dd><bdi dir="ltr"><block-text-1/></bdi></dd><dt>${x("Email")}</dt><dd><bdi><block-text-2/></bdi></dd><dt>${x("Date of birth")}</dt><dd><block-text-3/></dd></dl><div class="buttons"><button type="button" class="button" block-handler-4="click">${x("Change")}</button><button type="button" class="button" block-handler-5="click">${x("New number or email")}</button></div></section>`);
  let block3 = createBlock(`<section class="card"><div class="field"><h2 id="language">${x("Language")}</h2><select class="input" aria-labelledby="language" block-handler-0="change"><block-child-0/></select></div></section>`);
  let block5 = createBlock(`<option block-attribute-0="value" block-attribute-1="lang" block-property-2="selected"><block-text-3/></option>`);
  let block6 = createBlock(`<section class="card"><h2 id="theme">${x("Colours")}</h2><div class="chips" role="group" aria-labelledby="theme"><block-child-0/></div></section>`);
  let block8 = createBlock(`<button type="button" class="chip" block-attribute-0="aria-pressed" block-handler-1="click"><block-text-2/></button>`);
  let block9 = createBlock(`<section class="card"><h2 id="size">${x("Size of texts")}</h2><div class="chips" role="group" aria-labelledby="size"><block-child-0/></div></section>`);
  let block11 = createBlock(`<button type="button" class="chip number" block-attribute-0="aria-pressed" block-handler-1="click"><block-text-2/></button>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b3, b6, b9;
    if (ctx['session'].isSignedIn&&ctx['kept'].me) {
      let txt1 = ctx['kept'].me.name;
      let txt2 = ctx['kept'].me.phone||'–';
      let txt3 = ctx['kept'].me.email||'–';
      let txt4 = ctx['kept'].me.birthdate?ctx['env'].texts.day(ctx['kept'].me.birthdate+'T12:00',{dateStyle:'long'}):'–';
      let hdlr1 = [ctx['editProfile'], ctx];
      let hdlr2 = [ctx['changeAddress'], ctx];
      b2 = block2([txt1, txt2, txt3, txt4, hdlr1, hdlr2]);
    }
    let hdlr3 = [ctx['setLanguage'], ctx];
    ctx = Object.create(ctx);
    const [k_block4, v_block4, l_block4, c_block4] = prepareList(ctx['env'].config.languages);;
    for (let i1 = 0; i1 < l_block4; i1++) {
      ctx[`one`] = k_block4[i1];
      const key1 = ctx['one'].code;
      let attr1 = ctx['one'].code;
      let attr2 = ctx['one'].code;
      let prop1 = new Boolean(ctx['one'].code===ctx['language']);
      let txt5 = ctx['one'].name;
      c_block4[i1] = withKey(block5([attr1, attr2, prop1, txt5]), key1);
    }
    ctx = ctx.__proto__;
    const b4 = list(c_block4);
    b3 = block3([hdlr3], [b4]);
    ctx = Object.create(ctx);
    const [k_block7, v_block7, l_block7, c_block7] = prepareList(ctx['themes']);;
    for (let i1 = 0; i1 < l_block7; i1++) {
      ctx[`choice`] = k_block7[i1];
      const key1 = ctx['choice'].value;
      let attr3 = ctx['state'].theme===ctx['choice'].value?'true':'false';
      const v1 = ctx['this'];
      const v2 = ctx['choice'];
      let hdlr4 = [()=>v1.setTheme(v2.value), ctx];
      let txt6 = ctx['choice'].label;
      c_block7[i1] = withKey(block8([attr3, hdlr4, txt6]), key1);
    }
    ctx = ctx.__proto__;
    const b7 = list(c_block7);
    b6 = block6([], [b7]);
    ctx = Object.create(ctx);
    const [k_block10, v_block10, l_block10, c_block10] = prepareList(ctx['sizes']);;
    for (let i1 = 0; i1 < l_block10; i1++) {
      ctx[`choice`] = k_block10[i1];
      const key1 = ctx['choice'].value;
      let attr4 = ctx['state'].size===ctx['choice'].value?'true':'false';
      const v3 = ctx['this'];
      const v4 = ctx['choice'];
      let hdlr5 = [()=>v3.setSize(v4.value), ctx];
      let txt7 = ctx['choice'].label;
      c_block10[i1] = withKey(block11([attr4, hdlr5, txt7]), key1);
    }
    ctx = ctx.__proto__;
    const b10 = list(c_block10);
    b9 = block9([], [b10]);
    return multi([b2, b3, b6, b9]);
  }
  
  return function template(ctx, node, key = "") {
    return comp1({title: `${t("Profile and settings")}`,back: '/me',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__1`, node, this, null);
  }
},
"phone.ProfileSheet": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { toNumber } = helpers;
  // Template name: "phone.ProfileSheet"
  
  let block1 = createBlock(`<form class="sheet-form" novalidate="novalidate" block-handler-0="submit.prevent"><div class="field"><label for="profile-name">${x("Name")}</label><input id="profile-name" class="input" autocomplete="name" maxlength="200" required="required" block-property-1="value" block-handler-2="input"/></div><div class="field"><label for="profile-email">${x("Email")}</label><input id="profile-email" class="input" type="email" autocomplete="email" maxlength="254" dir="ltr" block-property-3="value" block-handler-4="input"/></div><div class="field"><label for="profile-birthdate">${x("Date of birth")}</label><input id="profile-birthdate" class="input" type="date" autocomplete="bday" min="1900-01-01" block-attribute-5="max" block-property-6="value" block-handler-7="input"/></div><p class="danger" role="alert"><block-text-8/></p><button class="button primary wide">${x("Save")}</button></form>`);
  
  return function template(ctx, node, key = "") {
    let hdlr1 = ["prevent", ctx['save'], ctx];
    const bExpr1 = ctx['state'];
    const expr1 = 'name';
    let prop1 = bExpr1[expr1];
    let hdlr2 = [(ev) => { bExpr1[expr1] = ev.target.value; }];
    const bExpr2 = ctx['state'];
    const expr2 = 'email';
    let prop2 = bExpr2[expr2];
    let hdlr3 = [(ev) => { bExpr2[expr2] = ev.target.value; }];
    let attr1 = ctx['today'];
    const bExpr3 = ctx['state'];
    const expr3 = 'birthdate';
    let prop3 = bExpr3[expr3];
    let hdlr4 = [(ev) => { bExpr3[expr3] = ev.target.value; }];
    let txt1 = ctx['state'].problem;
    return block1([hdlr1, prop1, hdlr2, prop2, hdlr3, attr1, prop3, hdlr4, txt1]);
  }
},
"phone.CardPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.CardPage"
  const comp1 = app.createComponent(`Code`, true, false, false, ["format","value"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`PassButton`, true, false, false, ["path"]);
  const comp4 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block2 = createBlock(`<section class="card member-card"><h2><block-text-0/></h2><button type="button" class="card-code" aria-label="${x("Show a new code")}" block-handler-1="click"><block-child-0/></button><p class="member-id number"><span class="muted small">${x("Member number")}</span><bdi><block-text-2/></bdi></p><block-child-1/><block-child-2/></section>`);
  let block4 = createBlock(`<p class="line centred small muted"><block-child-0/> ${x("The code renews itself. It is good for one scan.")} </p>`);
  let block5 = createBlock(`<svg xmlns="http://www.w3.org/2000/svg" class="ring" viewBox="0 0 36 36" aria-hidden="true"><circle cx="18" cy="18" r="15.915"/><circle class="ring-left" cx="18" cy="18" r="15.915" block-attribute-0="stroke-dasharray"/></svg>`);
  let block6 = createBlock(`<div class="offline-note" role="status"><p class="line strong"><block-child-0/> ${x("Without the network this card collects points.")}</p><p class="small">${x("To pay with points you need the network: then the card shows another code.")}</p></div>`);
  let block8 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/><i/></div>`);
  let block9 = createBlock(`<section class="card"><h2>${x("Your card is not on this phone yet")}</h2><block-child-0/><block-child-1/><button type="button" class="button wide" block-handler-0="click">${x("Try again")}</button></section>`);
  let block10 = createBlock(`<p>${x("Open this page once with the network. After that the card is here without it too.")}</p>`);
  let block11 = createBlock(`<p><block-text-0/></p>`);
  let block12 = createBlock(`<ul class="list"><block-child-0/></ul>`);
  let block14 = createBlock(`<li class="row"><span class="grow"><block-text-0/></span><b class="number"><block-text-1/></b></li>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b8, b9, b12, b15;
    if (ctx['state'].card) {
      let b3, b4, b6;
      let txt1 = ctx['kept'].me&&ctx['kept'].me.name||ctx['env'].config.company;
      let hdlr1 = [ctx['renew'], ctx];
      if (ctx['code']) {
        b3 = comp1({format: 'qr',value: ctx['code'],label: `${t("Code of your member card, for the till")}`}, key + `__1`, node, this, null);
      }
      let txt2 = ctx['member'];
      if (ctx['isFresh']) {
        let attr1 = ctx['dash'];
        const b5 = block5([attr1]);
        b4 = block4([], [b5]);
      } else if (ctx['state'].status!=='wait') {
        const b7 = comp2({name: 'offline'}, key + `__2`, node, this, null);
        b6 = block6([], [b7]);
      }
      b2 = block2([txt1, hdlr1, txt2], [b3, b4, b6]);
    } else if (ctx['state'].status==='wait') {
      b8 = block8();
    } else {
      let b10, b11;
      if (ctx['state'].status==='offline') {
        b10 = block10();
      } else {
        let txt3 = ctx['state'].problem;
        b11 = block11([txt3]);
      }
      let hdlr2 = [ctx['renew'], ctx];
      b9 = block9([hdlr2], [b10, b11]);
    }
    if (ctx['balances'].length) {
      ctx = Object.create(ctx);
      const [k_block13, v_block13, l_block13, c_block13] = prepareList(ctx['balances']);;
      for (let i1 = 0; i1 < l_block13; i1++) {
        ctx[`card`] = k_block13[i1];
        const key1 = ctx['card'].id;
        let txt4 = ctx['card'].program;
        let txt5 = ctx['balanceOf'](ctx['card']);
        c_block13[i1] = withKey(block14([txt4, txt5]), key1);
      }
      ctx = ctx.__proto__;
      const b13 = list(c_block13);
      b12 = block12([], [b13]);
    }
    b15 = comp3({path: '/me/card'}, key + `__3`, node, this, null);
    return multi([b2, b8, b9, b12, b15]);
  }
  
  return function template(ctx, node, key = "") {
    return comp4({title: `${t("Member card")}`,back: '/me',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__4`, node, this, null);
  }
},
"phone.Answer": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { callSlot, markRaw } = helpers;
  // Template name: "phone.Answer"
  const comp1 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp2 = app.createComponent(`Empty`, true, true, false, ["icon","text"]);
  
  let block3 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/><i/></div>`);
  let block4 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  let block6 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  
  function slot1(ctx, node, key = "") {
    const v1 = ctx['props'];
    let hdlr1 = [()=>v1.answer.load(), ctx];
    return block4([hdlr1]);
  }
  
  function slot2(ctx, node, key = "") {
    const v2 = ctx['props'];
    let hdlr2 = [()=>v2.answer.load(), ctx];
    return block6([hdlr2]);
  }
  
  return function template(ctx, node, key = "") {
    let b2, b3, b5, b7;
    if (ctx['props'].answer.data) {
      b2 = callSlot(ctx, node, key, 'default', false, {});
    } else if (ctx['props'].answer.status==='wait') {
      b3 = block3();
    } else if (ctx['props'].answer.status==='offline') {
      b5 = comp1({icon: 'offline',title: `${t("No network right now")}`,text: `${t("This page needs the network the first time. Try again when you are online.")}`,slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__1`, node, this, null);
    } else {
      b7 = comp2({icon: 'warning',title: `${t("That did not work")}`,text: ctx['props'].answer.problem,slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__2`, node, this, null);
    }
    return multi([b2, b3, b5, b7]);
  }
},
"phone.MePage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.MePage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp4 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp5 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp6 = app.createComponent(`PushCard`, true, false, false, []);
  const comp7 = app.createComponent(`InstallCard`, true, false, false, ["isAlways"]);
  const comp8 = app.createComponent(`Page`, true, true, false, []);
  
  let block4 = createBlock(`<a class="card line asks" block-attribute-0="href"><block-child-0/><span class="grow"><b>${x("The shop asks for your points")}</b><br/><block-text-1/></span><span class="along"><block-child-1/></span></a>`);
  let block7 = createBlock(`<section class="card member"><h2><block-text-0/></h2><block-child-0/><a class="button primary wide" block-attribute-1="href"><block-child-1/> ${x("Show my card")}</a></section>`);
  let block8 = createBlock(`<ul class="balances"><block-child-0/></ul>`);
  let block10 = createBlock(`<li><span><block-text-0/></span>${x(" ")}<b class="number"><block-text-1/></b></li>`);
  let block12 = createBlock(`<section class="card"><h2>${x("Make it yours")}</h2><p>${x("Sign in for your coupons, your member card and your purchases.")}</p><block-child-0/><button type="button" class="button primary wide" block-handler-0="click">${x("Sign in")}</button></section>`);
  let block13 = createBlock(`<p class="small"> ${x("Your account will be deleted. If you sign in to it before this day, it is kept:")} <b><block-text-0/></b></p>`);
  let block15 = createBlock(`<section class="group"><h2><block-text-0/></h2><ul class="list"><block-child-0/></ul></section>`);
  let block17 = createBlock(`<li><a class="row" block-attribute-0="href"><block-child-0/><span class="grow"><block-text-1/></span><block-child-1/><span class="along muted"><block-child-2/></span></a></li>`);
  let block19 = createBlock(`<span class="tag"><block-text-0/></span>`);
  let block23 = createBlock(`<button type="button" class="button wide" block-property-0="disabled" block-handler-1="click">${x("Sign out")}</button>`);
  let block24 = createBlock(`<p class="muted small version">${x("Version")} <bdi><block-text-0/></bdi></p>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b12, b14, b21, b22, b23, b24;
    if (ctx['session'].isSignedIn) {
      ctx = Object.create(ctx);
      const [k_block3, v_block3, l_block3, c_block3] = prepareList(ctx['pending']);;
      for (let i1 = 0; i1 < l_block3; i1++) {
        ctx[`approval`] = k_block3[i1];
        const key1 = ctx['approval'].id;
        let attr1 = ctx['env'].router.url('/approvals/'+ctx['approval'].id);
        const b5 = comp1({name: 'warning'}, key + `__1__${key1}`, node, this, null);
        let txt1 = ctx['approval'].order;
        const b6 = comp2({name: 'next'}, key + `__2__${key1}`, node, this, null);
        c_block3[i1] = withKey(block4([attr1, txt1], [b5, b6]), key1);
      }
      ctx = ctx.__proto__;
      const b3 = list(c_block3);
      let b8, b11;
      let txt2 = ctx['kept'].me&&ctx['kept'].me.name||ctx['env'].config.name;
      if (ctx['balances'].length) {
        ctx = Object.create(ctx);
        const [k_block9, v_block9, l_block9, c_block9] = prepareList(ctx['balances']);;
        for (let i1 = 0; i1 < l_block9; i1++) {
          ctx[`card`] = k_block9[i1];
          const key1 = ctx['card'].id;
          let txt3 = ctx['card'].program;
          let txt4 = ctx['card'].text;
          c_block9[i1] = withKey(block10([txt3, txt4]), key1);
        }
        ctx = ctx.__proto__;
        const b9 = list(c_block9);
        b8 = block8([], [b9]);
      }
      let attr2 = ctx['env'].router.url('/me/card');
      b11 = comp3({name: 'card'}, key + `__3`, node, this, null);
      const b7 = block7([txt2, attr2], [b8, b11]);
      b2 = multi([b3, b7]);
    } else {
      let b13;
      if (ctx['state'].leaving) {
        let txt5 = ctx['env'].texts.moment(ctx['state'].leaving.due_at);
        b13 = block13([txt5]);
      }
      const v1 = ctx['this'];
      let hdlr1 = [()=>v1.env.session.need(), ctx];
      b12 = block12([hdlr1], [b13]);
    }
    ctx = Object.create(ctx);
    const [k_block14, v_block14, l_block14, c_block14] = prepareList(ctx['groups']);;
    for (let i1 = 0; i1 < l_block14; i1++) {
      ctx[`group`] = k_block14[i1];
      const key1 = ctx['group'].title;
      let txt6 = ctx['group'].title;
      ctx = Object.create(ctx);
      const [k_block16, v_block16, l_block16, c_block16] = prepareList(ctx['group'].rows);;
      for (let i2 = 0; i2 < l_block16; i2++) {
        ctx[`row`] = k_block16[i2];
        const key2 = ctx['row'][0];
        let b18, b19, b20;
        let attr3 = ctx['env'].router.url(ctx['row'][0]);
        b18 = comp4({name: ctx['row'][1]}, key + `__4__${key1}__${key2}`, node, this, null);
        let txt7 = ctx['row'][2];
        if (ctx['row'][3]) {
          let txt8 = ctx['row'][3];
          b19 = block19([txt8]);
        }
        b20 = comp5({name: 'next'}, key + `__5__${key1}__${key2}`, node, this, null);
        c_block16[i2] = withKey(block17([attr3, txt7], [b18, b19, b20]), key2);
      }
      ctx = ctx.__proto__;
      const b16 = list(c_block16);
      c_block14[i1] = withKey(block15([txt6], [b16]), key1);
    }
    ctx = ctx.__proto__;
    b14 = list(c_block14);
    if (ctx['session'].isSignedIn) {
      b21 = comp6({}, key + `__6`, node, this, null);
    }
    b22 = comp7({isAlways: true}, key + `__7`, node, this, null);
    if (ctx['session'].isSignedIn) {
      let prop1 = new Boolean(ctx['state'].isLeaving);
      let hdlr2 = [ctx['signOut'], ctx];
      b23 = block23([prop1, hdlr2]);
    }
    let txt9 = ctx['env'].config.version.slice(0,8);
    b24 = block24([txt9]);
    return multi([b2, b12, b14, b21, b22, b23, b24]);
  }
  
  return function template(ctx, node, key = "") {
    return comp8({title: `${t("Me")}`,slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__8`, node, this, null);
  }
},
"phone.PointsPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { markRaw, prepareList, withKey } = helpers;
  // Template name: "phone.PointsPage"
  const comp1 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp2 = app.createComponent(`Answer`, true, true, false, ["answer"]);
  const comp3 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block2 = createBlock(`<a class="button primary" block-attribute-0="href">${x("Show my card")}</a>`);
  let block4 = createBlock(`<ul class="list"><block-child-0/></ul>`);
  let block6 = createBlock(`<li class="row"><div class="grow"><h2><block-text-0/></h2><p class="muted small"><block-text-1/></p><block-child-0/></div><div class="end"><p class="strong number"><block-text-2/></p><block-child-1/></div></li>`);
  let block7 = createBlock(`<p class="small"> ${x("Good until")} <bdi><block-text-0/></bdi></p>`);
  let block8 = createBlock(`<p class="muted small"> ${x("Worth")} <block-text-0/></p>`);
  let block9 = createBlock(`<p class="muted small">${x("Points come from purchases with your card. Before the shop uses any, this app asks you.")}</p>`);
  
  function slot1(ctx, node, key = "") {
    return comp2({answer: ctx['answer'],slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__2`, node, this, null);
  }
  
  function slot2(ctx, node, key = "") {
    let b3, b4, b9;
    if (!ctx['answer'].data.items.length) {
      b3 = comp1({icon: 'star',title: `${t("No points yet")}`,text: `${t("Show your card when you pay, and they collect here.")}`,slots: markRaw({'default': {__render: slot3.bind(this), __ctx: ctx}})}, key + `__1`, node, this, null);
    } else {
      ctx = Object.create(ctx);
      const [k_block5, v_block5, l_block5, c_block5] = prepareList(ctx['answer'].data.items);;
      for (let i1 = 0; i1 < l_block5; i1++) {
        ctx[`card`] = k_block5[i1];
        const key1 = ctx['card'].id;
        let b7, b8;
        let txt1 = ctx['card'].program;
        let txt2 = ctx['types'][ctx['card'].type];
        if (ctx['card'].expires_at) {
          let txt3 = ctx['lastDay'](ctx['card']);
          b7 = block7([txt3]);
        }
        let txt4 = ctx['balanceOf'](ctx['card']);
        if (ctx['card'].worth&&ctx['card'].unit==='points') {
          let txt5 = ctx['env'].texts.money(ctx['card'].worth);
          b8 = block8([txt5]);
        }
        c_block5[i1] = withKey(block6([txt1, txt2, txt4], [b7, b8]), key1);
      }
      ctx = ctx.__proto__;
      const b5 = list(c_block5);
      b4 = block4([], [b5]);
    }
    b9 = block9();
    return multi([b3, b4, b9]);
  }
  
  function slot3(ctx, node, key = "") {
    let attr1 = ctx['env'].router.url('/me/card');
    return block2([attr1]);
  }
  
  return function template(ctx, node, key = "") {
    return comp3({title: `${t("Points and e-wallet")}`,back: '/me',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__3`, node, this, null);
  }
},
"phone.ApprovalPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { markRaw } = helpers;
  // Template name: "phone.ApprovalPage"
  const comp1 = app.createComponent(`Answer`, true, true, false, ["answer"]);
  const comp2 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block2 = createBlock(`<section class="card"><h2><block-text-0/></h2><dl class="facts"><dt>${x("For the order")}</dt><dd><block-text-1/></dd><dt><block-text-2/></dt><dd class="strong number"><block-text-3/></dd><dt>${x("Takes off your bill")}</dt><dd class="strong number"><block-text-4/></dd><block-child-0/></dl><p role="status" class="strong"><block-text-5/></p></section>`);
  let block4 = createBlock(`<dt>${x("Answer until")}</dt>`);
  let block5 = createBlock(`<dd class="number"><block-text-0/></dd>`);
  let block6 = createBlock(`<div class="buttons"><button type="button" class="button primary" block-property-0="disabled" block-handler-1="click">${x("Yes, use them")}</button><button type="button" class="button" block-property-2="disabled" block-handler-3="click">${x("No")}</button></div>`);
  let block7 = createBlock(`<p class="muted small"> ${x("Say no if you are not at the till, or did not ask for this. Your points stay yours.")} </p>`);
  
  function slot1(ctx, node, key = "") {
    return comp1({answer: ctx['answer'],slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__1`, node, this, null);
  }
  
  function slot2(ctx, node, key = "") {
    let b2, b6, b7;
    let b3;
    let txt1 = ctx['answer'].data.shop;
    let txt2 = ctx['answer'].data.order;
    let txt3 = ctx['answer'].data.program;
    let txt4 = ctx['amountOf'](ctx['answer'].data.points,ctx['answer'].data.unit);
    let txt5 = ctx['env'].texts.money(ctx['answer'].data.worth);
    if (ctx['status']==='pending') {
      const b4 = block4();
      let txt6 = ctx['env'].texts.clock(ctx['answer'].data.expires_at);
      const b5 = block5([txt6]);
      b3 = multi([b4, b5]);
    }
    let txt7 = ctx['texts'][ctx['status']];
    b2 = block2([txt1, txt2, txt3, txt4, txt5, txt7], [b3]);
    if (ctx['status']==='pending') {
      let prop1 = new Boolean(ctx['state'].isBusy);
      const v1 = ctx['this'];
      let hdlr1 = [()=>v1.say('approve'), ctx];
      let prop2 = new Boolean(ctx['state'].isBusy);
      const v2 = ctx['this'];
      let hdlr2 = [()=>v2.say('deny'), ctx];
      b6 = block6([prop1, hdlr1, prop2, hdlr2]);
    }
    if (ctx['status']==='pending') {
      b7 = block7();
    }
    return multi([b2, b6, b7]);
  }
  
  return function template(ctx, node, key = "") {
    return comp2({title: `${t("Use your points?")}`,back: '/me',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__2`, node, this, null);
  }
},
"phone.PreferencesPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.PreferencesPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`PushCard`, true, false, false, []);
  const comp4 = app.createComponent(`Answer`, true, true, false, ["answer"]);
  const comp5 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block2 = createBlock(`<p class="muted">${x("Every offer keeps to what you choose here. It is saved at once.")}</p>`);
  let block3 = createBlock(`<section class="card"><h2>${x("When")}</h2><p class="muted small">${x("No offers reach you in quiet hours.")}</p><block-child-0/><button type="button" class="button wide" block-handler-0="click"><block-child-1/> ${x("Add quiet hours")} </button></section>`);
  let block4 = createBlock(`<ul class="spans"><block-child-0/></ul>`);
  let block6 = createBlock(`<li class="line"><button type="button" class="link grow" block-handler-0="click"><block-text-1/></button><button type="button" class="icon-button" aria-label="${x("Remove these quiet hours")}" block-handler-2="click"><block-child-0/></button></li>`);
  let block9 = createBlock(`<section class="card"><h2>${x("How often")}</h2><div class="field"><label for="maximum">${x("Offers in a week, at most")}</label><select id="maximum" class="input" block-handler-0="change"><block-child-0/></select></div></section>`);
  let block11 = createBlock(`<option block-attribute-0="value" block-property-1="selected"><block-text-2/></option>`);
  let block12 = createBlock(`<section class="card"><h2>${x("How")}</h2><p class="muted small">${x("Messages are always in this app too.")}</p><block-child-0/><p class="small"><a block-attribute-0="href">${x("What you agreed to counts as well")}</a></p></section>`);
  let block14 = createBlock(`<label class="line spread choice"><span><block-text-0/></span><input type="checkbox" class="switch" role="switch" block-property-1="checked" block-handler-2="change"/></label>`);
  let block16 = createBlock(`<section class="card"><h2>${x("Where")}</h2><block-child-0/><block-child-1/><button type="button" class="link" block-attribute-0="aria-expanded" block-handler-1="click">${x("Choose stores")}</button><block-child-2/><block-child-3/></section>`);
  let block17 = createBlock(`<p>${x("Offers of all stores.")}</p>`);
  let block18 = createBlock(`<p>${x("Only offers of the stores that you have ticked.")}</p>`);
  let block19 = createBlock(`<fieldset class="choices"><legend class="visually-hidden">${x("Only these stores")}</legend><block-child-0/><block-child-1/></fieldset>`);
  let block21 = createBlock(`<label class="check"><input type="checkbox" block-property-0="checked" block-handler-1="change"/><span><block-text-2/></span></label>`);
  let block22 = createBlock(`<p class="muted">${x("The stores are not on this phone yet. Try again with the network.")}</p>`);
  let block23 = createBlock(`<button type="button" class="link" block-handler-0="click">${x("All stores again")}</button>`);
  let block24 = createBlock(`<section class="card"><h2>${x("What")}</h2><block-child-0/><block-child-1/><button type="button" class="link" block-attribute-0="aria-expanded" block-handler-1="click">${x("Choose kinds")}</button><block-child-2/><block-child-3/></section>`);
  let block25 = createBlock(`<p>${x("Offers of all kinds.")}</p>`);
  let block26 = createBlock(`<p>${x("Only offers of the kinds that you have ticked.")}</p>`);
  let block27 = createBlock(`<fieldset class="choices"><legend class="visually-hidden">${x("Only these kinds")}</legend><block-child-0/><block-child-1/></fieldset>`);
  let block29 = createBlock(`<label class="check" block-attribute-0="class"><input type="checkbox" block-property-1="checked" block-handler-2="change"/><span><block-text-3/></span></label>`);
  let block30 = createBlock(`<p class="muted">${x("There is nothing to choose from yet. Try again with the network.")}</p>`);
  let block31 = createBlock(`<button type="button" class="link" block-handler-0="click">${x("All kinds again")}</button>`);
  let block32 = createBlock(`<section class="card"><h2>${x("Your adviser")}</h2><label class="line spread choice"><span>${x("Tell my adviser when I come to a store")}</span><input type="checkbox" class="switch" role="switch" block-property-0="checked" block-handler-1="change"/></label><p class="muted small">${x("This works only if you share your location with us.")}</p></section>`);
  
  function slot1(ctx, node, key = "") {
    return comp4({answer: ctx['answer'],slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__4`, node, this, null);
  }
  
  function slot2(ctx, node, key = "") {
    const b2 = block2();
    let b4, b8;
    if (ctx['answer'].data.quiet_hours.length) {
      ctx = Object.create(ctx);
      const [k_block5, v_block5, l_block5, c_block5] = prepareList(ctx['answer'].data.quiet_hours);;
      for (let i1 = 0; i1 < l_block5; i1++) {
        ctx[`span`] = k_block5[i1];
        ctx[`span_index`] = i1;
        const key1 = ctx['span_index'];
        const v1 = ctx['this'];
        const v2 = ctx['span_index'];
        let hdlr1 = [()=>v1.editSpan(v2), ctx];
        let txt1 = ctx['spanText'](ctx['span']);
        const v3 = ctx['this'];
        const v4 = ctx['span_index'];
        let hdlr2 = [()=>v3.removeSpan(v4), ctx];
        const b7 = comp1({name: 'trash'}, key + `__1__${key1}`, node, this, null);
        c_block5[i1] = withKey(block6([hdlr1, txt1, hdlr2], [b7]), key1);
      }
      ctx = ctx.__proto__;
      const b5 = list(c_block5);
      b4 = block4([], [b5]);
    }
    const v5 = ctx['this'];
    let hdlr3 = [()=>v5.editSpan(), ctx];
    b8 = comp2({name: 'plus'}, key + `__2`, node, this, null);
    const b3 = block3([hdlr3], [b4, b8]);
    let hdlr4 = [ctx['setMaximum'], ctx];
    ctx = Object.create(ctx);
    const [k_block10, v_block10, l_block10, c_block10] = prepareList(ctx['maxima']);;
    for (let i1 = 0; i1 < l_block10; i1++) {
      ctx[`choice`] = k_block10[i1];
      const key1 = ctx['choice'].label;
      let attr1 = ctx['choice'].value===null?'':ctx['choice'].value;
      let prop1 = new Boolean(ctx['choice'].value===ctx['answer'].data.max_messages_per_week);
      let txt2 = ctx['choice'].label;
      c_block10[i1] = withKey(block11([attr1, prop1, txt2]), key1);
    }
    ctx = ctx.__proto__;
    const b10 = list(c_block10);
    const b9 = block9([hdlr4], [b10]);
    ctx = Object.create(ctx);
    const [k_block13, v_block13, l_block13, c_block13] = prepareList(ctx['channels']);;
    for (let i1 = 0; i1 < l_block13; i1++) {
      ctx[`channel`] = k_block13[i1];
      const key1 = ctx['channel'].name;
      let txt3 = ctx['channel'].label;
      let prop2 = new Boolean(ctx['answer'].data.channels.includes(ctx['channel'].name));
      const v6 = ctx['this'];
      const v7 = ctx['channel'];
      let hdlr5 = [()=>v6.toggle('channels',v7.name), ctx];
      c_block13[i1] = withKey(block14([txt3, prop2, hdlr5]), key1);
    }
    ctx = ctx.__proto__;
    const b13 = list(c_block13);
    let attr2 = ctx['env'].router.url('/me/consents');
    const b12 = block12([attr2], [b13]);
    const b15 = comp3({}, key + `__3`, node, this, null);
    let b17, b18, b19, b23;
    if (!ctx['answer'].data.store_ids.length) {
      b17 = block17();
    } else {
      b18 = block18();
    }
    let attr3 = ctx['state'].isStoresOpen?'true':'false';
    const v8 = ctx['state'];
    let hdlr6 = [()=>v8.isStoresOpen=!v8.isStoresOpen, ctx];
    if (ctx['state'].isStoresOpen) {
      let b20, b22;
      ctx = Object.create(ctx);
      const [k_block20, v_block20, l_block20, c_block20] = prepareList(ctx['storeChoices']);;
      for (let i1 = 0; i1 < l_block20; i1++) {
        ctx[`choice`] = k_block20[i1];
        const key1 = ctx['choice'].id;
        let prop3 = new Boolean(ctx['choice'].isChosen);
        const v9 = ctx['this'];
        const v10 = ctx['choice'];
        let hdlr7 = [()=>v9.toggle('store_ids',v10.id), ctx];
        let txt4 = ctx['choice'].name;
        c_block20[i1] = withKey(block21([prop3, hdlr7, txt4]), key1);
      }
      ctx = ctx.__proto__;
      b20 = list(c_block20);
      if (!ctx['storeChoices'].length) {
        b22 = block22();
      }
      b19 = block19([], [b20, b22]);
    }
    if (ctx['answer'].data.store_ids.length) {
      const v11 = ctx['this'];
      let hdlr8 = [()=>v11.change({store_ids:[]}), ctx];
      b23 = block23([hdlr8]);
    }
    const b16 = block16([attr3, hdlr6], [b17, b18, b19, b23]);
    let b25, b26, b27, b31;
    if (!ctx['answer'].data.category_ids.length) {
      b25 = block25();
    } else {
      b26 = block26();
    }
    let attr4 = ctx['state'].isCategoriesOpen?'true':'false';
    const v12 = ctx['state'];
    let hdlr9 = [()=>v12.isCategoriesOpen=!v12.isCategoriesOpen, ctx];
    if (ctx['state'].isCategoriesOpen) {
      let b28, b30;
      ctx = Object.create(ctx);
      const [k_block28, v_block28, l_block28, c_block28] = prepareList(ctx['categoryChoices']);;
      for (let i1 = 0; i1 < l_block28; i1++) {
        ctx[`choice`] = k_block28[i1];
        const key1 = ctx['choice'].id;
        let attr5 = `depth-${ctx['choice'].depth}`;
        let prop4 = new Boolean(ctx['choice'].isChosen);
        const v13 = ctx['this'];
        const v14 = ctx['choice'];
        let hdlr10 = [()=>v13.toggle('category_ids',v14.id), ctx];
        let txt5 = ctx['choice'].name;
        c_block28[i1] = withKey(block29([attr5, prop4, hdlr10, txt5]), key1);
      }
      ctx = ctx.__proto__;
      b28 = list(c_block28);
      if (!ctx['categoryChoices'].length) {
        b30 = block30();
      }
      b27 = block27([], [b28, b30]);
    }
    if (ctx['answer'].data.category_ids.length) {
      const v15 = ctx['this'];
      let hdlr11 = [()=>v15.change({category_ids:[]}), ctx];
      b31 = block31([hdlr11]);
    }
    const b24 = block24([attr4, hdlr9], [b25, b26, b27, b31]);
    let prop5 = new Boolean(ctx['answer'].data.tell_salesperson);
    const v16 = ctx['this'];
    const v17 = ctx['answer'];
    let hdlr12 = [()=>v16.change({tell_salesperson:!v17.data.tell_salesperson}), ctx];
    const b32 = block32([prop5, hdlr12]);
    return multi([b2, b3, b9, b12, b15, b16, b24, b32]);
  }
  
  return function template(ctx, node, key = "") {
    return comp5({title: `${t("When, where and what")}`,back: '/me',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__5`, node, this, null);
  }
},
"phone.QuietHoursSheet": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, toNumber } = helpers;
  // Template name: "phone.QuietHoursSheet"
  
  let block1 = createBlock(`<form class="sheet-form" novalidate="novalidate" block-handler-0="submit.prevent"><fieldset class="plain"><legend class="label">${x("Days on which they begin")}</legend><div class="chips days"><block-child-0/></div></fieldset><label class="check"><input type="checkbox" block-property-1="checked" block-handler-2="input"/>${x(" ")}<span>${x("All day")}</span></label><block-child-1/><block-child-2/><p class="danger" role="alert"><block-text-3/></p><button class="button primary wide">${x("Save")}</button></form>`);
  let block3 = createBlock(`<button type="button" class="chip" block-attribute-0="aria-label" block-attribute-1="aria-pressed" block-handler-2="click"><block-text-3/></button>`);
  let block4 = createBlock(`<div class="times"><div class="field"><label for="quiet-from">${x("From")}</label><input id="quiet-from" class="input" type="time" required="required" block-property-0="value" block-handler-1="input"/></div><div class="field"><label for="quiet-to">${x("Until")}</label><input id="quiet-to" class="input" type="time" required="required" block-property-2="value" block-handler-3="input"/></div></div>`);
  let block5 = createBlock(`<p class="muted small">${x("Until the next morning.")}</p>`);
  
  return function template(ctx, node, key = "") {
    let b2, b4, b5;
    let hdlr1 = ["prevent", ctx['save'], ctx];
    ctx = Object.create(ctx);
    const [k_block2, v_block2, l_block2, c_block2] = prepareList(ctx['days']);;
    for (let i1 = 0; i1 < l_block2; i1++) {
      ctx[`day`] = k_block2[i1];
      const key1 = ctx['day'].at;
      let attr1 = ctx['day'].long;
      let attr2 = ctx['state'].days.includes(ctx['day'].at)?'true':'false';
      const v1 = ctx['this'];
      const v2 = ctx['day'];
      let hdlr2 = [()=>v1.toggle(v2.at), ctx];
      let txt1 = ctx['day'].name;
      c_block2[i1] = withKey(block3([attr1, attr2, hdlr2, txt1]), key1);
    }
    ctx = ctx.__proto__;
    b2 = list(c_block2);
    const bExpr1 = ctx['state'];
    const expr1 = 'isAllDay';
    let prop1 = bExpr1[expr1];
    let hdlr3 = [(ev) => { bExpr1[expr1] = ev.target.checked; }];
    if (!ctx['state'].isAllDay) {
      const bExpr2 = ctx['state'];
      const expr2 = 'from';
      let prop2 = bExpr2[expr2];
      let hdlr4 = [(ev) => { bExpr2[expr2] = ev.target.value; }];
      const bExpr3 = ctx['state'];
      const expr3 = 'to';
      let prop3 = bExpr3[expr3];
      let hdlr5 = [(ev) => { bExpr3[expr3] = ev.target.value; }];
      b4 = block4([prop2, hdlr4, prop3, hdlr5]);
    }
    if (!ctx['state'].isAllDay&&ctx['state'].to<ctx['state'].from) {
      b5 = block5();
    }
    let txt2 = ctx['state'].problem;
    return block1([hdlr1, prop1, hdlr3, txt2], [b2, b4, b5]);
  }
},
"phone.ConsentsPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.ConsentsPage"
  const comp1 = app.createComponent(`Answer`, true, true, false, ["answer"]);
  const comp2 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block2 = createBlock(`<p class="muted">${x("You decide, and can change it at any time. A no counts at once.")}</p>`);
  let block4 = createBlock(`<section class="card consent" block-attribute-0="data-purpose"><div class="line spread"><h2 block-attribute-1="id"><block-text-2/></h2><input type="checkbox" class="switch" role="switch" block-property-3="checked" block-attribute-4="aria-labelledby" block-attribute-5="aria-describedby" block-handler-6="change"/></div><p block-attribute-7="id"><bdi><block-text-8/></bdi></p><p class="small strong"><block-text-9/></p><block-child-0/><block-child-1/><p class="muted small"><block-child-2/><block-child-3/><block-child-4/> ${x("·")} <span>${x("Version of the text:")} <block-text-10/></span></p></section>`);
  let block5 = createBlock(`<p class="small strong warning"> ${x("Nearly there: open the link in the email that we have sent you.")} </p>`);
  let block6 = createBlock(`<p class="small strong warning">${x("This text is new. Please decide again.")}</p>`);
  let block10 = createBlock(`<bdi><block-text-0/></bdi>`);
  let block13 = createBlock(`<bdi><block-text-0/></bdi>`);
  
  function slot1(ctx, node, key = "") {
    return comp1({answer: ctx['answer'],slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__1`, node, this, null);
  }
  
  function slot2(ctx, node, key = "") {
    const b2 = block2();
    ctx = Object.create(ctx);
    const [k_block3, v_block3, l_block3, c_block3] = prepareList(ctx['answer'].data);;
    for (let i1 = 0; i1 < l_block3; i1++) {
      ctx[`consent`] = k_block3[i1];
      const key1 = ctx['consent'].purpose;
      let b5, b6, b7, b8, b11;
      let attr1 = ctx['consent'].purpose;
      let attr2 = `consent-${ctx['consent'].purpose}`;
      let txt1 = ctx['name'](ctx['consent']);
      let prop1 = new Boolean(ctx['consent'].granted||ctx['consent'].pending);
      let attr3 = `consent-${ctx['consent'].purpose}`;
      let attr4 = `text-${ctx['consent'].purpose}`;
      const v1 = ctx['this'];
      const v2 = ctx['consent'];
      let hdlr1 = [(_event)=>v1.decide(v2,_event.target.checked), ctx];
      let attr5 = `text-${ctx['consent'].purpose}`;
      let txt2 = ctx['consent'].text;
      let txt3 = ctx['consequence'](ctx['consent']);
      if (ctx['consent'].pending) {
        b5 = block5();
      }
      if (ctx['isAskedAnew'](ctx['consent'])) {
        b6 = block6();
      }
      if (!ctx['consent'].changed_at) {
        b7 = text(`${t("You have not decided yet.")}`);
      } else if (ctx['consent'].granted) {
        const b9 = text(`${t("You agreed on")} `);
        let txt4 = ctx['env'].texts.day(ctx['consent'].changed_at,{dateStyle:'long'});
        const b10 = block10([txt4]);
        b8 = multi([b9, b10]);
      } else {
        const b12 = text(`${t("You decided on")} `);
        let txt5 = ctx['env'].texts.day(ctx['consent'].changed_at,{dateStyle:'long'});
        const b13 = block13([txt5]);
        b11 = multi([b12, b13]);
      }
      let txt6 = ctx['env'].texts.number(ctx['consent'].version);
      c_block3[i1] = withKey(block4([attr1, attr2, txt1, prop1, attr3, attr4, hdlr1, attr5, txt2, txt3, txt6], [b5, b6, b7, b8, b11]), key1);
    }
    ctx = ctx.__proto__;
    const b3 = list(c_block3);
    return multi([b2, b3]);
  }
  
  return function template(ctx, node, key = "") {
    return comp2({title: `${t("What you agreed to")}`,back: '/me',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__2`, node, this, null);
  }
},
"phone.MessagesPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.MessagesPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Invitations`, true, false, false, []);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp4 = app.createComponent(`Empty`, true, false, false, ["icon"]);
  const comp5 = app.createComponent(`ConversationList`, true, false, false, []);
  const comp6 = app.createComponent(`PushCard`, true, false, false, []);
  const comp7 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block2 = createBlock(`<a class="button primary wide" block-attribute-0="href"><block-child-0/> ${x("Ask us something")}</a>`);
  let block5 = createBlock(`<p class="danger" role="alert"><block-text-0/></p>`);
  let block6 = createBlock(`<section class="inbox-part" aria-labelledby="inbox-title"><div class="section-head"><h2 id="inbox-title">${x("Inbox")}</h2><block-child-0/></div><block-child-1/><block-child-2/><block-child-3/></section>`);
  let block7 = createBlock(`<button type="button" class="link" block-handler-0="click">${x("Mark all as read")}</button>`);
  let block8 = createBlock(`<ul class="list"><block-child-0/></ul>`);
  let block10 = createBlock(`<li><a class="row inbox-row" block-attribute-0="class" block-attribute-1="href" block-handler-2="click"><block-child-0/><span class="grow"><span class="line spread"><strong class="inbox-title"><block-text-3/></strong><block-child-1/></span><block-child-2/><time class="small muted" block-attribute-4="datetime"><block-text-5/></time></span></a></li>`);
  let block12 = createBlock(`<span class="tag">${x("New")}</span>`);
  let block13 = createBlock(`<span class="inbox-text muted" dir="auto"><block-text-0/></span>`);
  let block14 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/><i/></div>`);
  let block18 = createBlock(`<a class="link" block-attribute-0="href">${x("Why did I get these messages?")}</a>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b4, b5, b6, b16, b17, b18;
    let attr1 = ctx['env'].router.url('/ask');
    const b3 = comp1({name: 'chat'}, key + `__1`, node, this, null);
    b2 = block2([attr1], [b3]);
    b4 = comp2({}, key + `__2`, node, this, null);
    if (ctx['state'].problem) {
      let txt1 = ctx['state'].problem;
      b5 = block5([txt1]);
    }
    let b7, b8, b14, b15;
    if (ctx['unread'].length) {
      let hdlr1 = [ctx['readAll'], ctx];
      b7 = block7([hdlr1]);
    }
    if (ctx['messages'].length) {
      ctx = Object.create(ctx);
      const [k_block9, v_block9, l_block9, c_block9] = prepareList(ctx['messages']);;
      for (let i1 = 0; i1 < l_block9; i1++) {
        ctx[`message`] = k_block9[i1];
        const key1 = ctx['message'].id;
        let b11, b12, b13;
        let attr2 = {unread:!ctx['message'].read_at};
        let attr3 = ctx['href'](ctx['message']);
        const v1 = ctx['this'];
        const v2 = ctx['message'];
        let hdlr2 = [()=>v1.read(v2), ctx];
        b11 = comp3({name: ctx['icon'](ctx['message'])}, key + `__3__${key1}`, node, this, null);
        let txt2 = ctx['message'].title;
        if (!ctx['message'].read_at) {
          b12 = block12();
        }
        if (ctx['message'].body) {
          let txt3 = ctx['message'].body;
          b13 = block13([txt3]);
        }
        let attr4 = ctx['message'].sent_at;
        let txt4 = ctx['env'].texts.moment(ctx['message'].sent_at);
        c_block9[i1] = withKey(block10([attr2, attr3, hdlr2, txt2, attr4, txt4], [b11, b12, b13]), key1);
      }
      ctx = ctx.__proto__;
      const b9 = list(c_block9);
      b8 = block8([], [b9]);
    } else if (ctx['state'].isWaiting) {
      b14 = block14();
    } else {
      b15 = comp4({icon: 'bell',title: `${t("No messages yet")}`,text: `${t("Offers for you, answers to your questions and notices come here.")}`}, key + `__4`, node, this, null);
    }
    b6 = block6([], [b7, b8, b14, b15]);
    b16 = comp5({}, key + `__5`, node, this, null);
    b17 = comp6({}, key + `__6`, node, this, null);
    if (ctx['messages'].length) {
      let attr5 = ctx['env'].router.url('/me/decisions');
      b18 = block18([attr5]);
    }
    return multi([b2, b4, b5, b6, b16, b17, b18]);
  }
  
  return function template(ctx, node, key = "") {
    return comp7({title: `${t("Messages")}`,back: '/me',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__7`, node, this, null);
  }
},
"phone.ConversationList": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey } = helpers;
  // Template name: "phone.ConversationList"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block1 = createBlock(`<section class="inbox-part" block-attribute-0="hidden" aria-labelledby="talks-title"><h2 id="talks-title">${x("Conversations")}</h2><ul class="list"><block-child-0/></ul><block-child-1/></section>`);
  let block3 = createBlock(`<li><a class="row inbox-row" block-attribute-0="href"><block-child-0/><span class="grow"><span class="line spread"><strong class="inbox-title" dir="auto"><block-text-1/></strong><span class="tag" block-attribute-2="class"><block-text-3/></span></span><block-child-1/><time class="small muted" block-attribute-4="datetime"><block-text-5/></time></span></a></li>`);
  let block5 = createBlock(`<span class="inbox-line small"><block-text-0/></span>`);
  let block6 = createBlock(`<button type="button" class="button wide" block-handler-0="click">${x("Show older ones")}</button>`);
  
  return function template(ctx, node, key = "") {
    let b2, b6;
    let attr1 = !ctx['state'].items.length;
    ctx = Object.create(ctx);
    const [k_block2, v_block2, l_block2, c_block2] = prepareList(ctx['state'].items);;
    for (let i1 = 0; i1 < l_block2; i1++) {
      ctx[`talk`] = k_block2[i1];
      const key1 = ctx['talk'].id;
      let b4, b5;
      let attr2 = ctx['env'].router.url('/conversations/'+ctx['talk'].id);
      b4 = comp1({name: 'chat'}, key + `__1__${key1}`, node, this, null);
      let txt1 = ctx['talk'].subject;
      let attr3 = {success:ctx['talk'].status==='answered'};
      let txt2 = ctx['statusText'](ctx['talk']);
      if (ctx['callText'](ctx['talk'])) {
        let txt3 = ctx['callText'](ctx['talk']);
        b5 = block5([txt3]);
      }
      let attr4 = ctx['talk'].updated_at;
      let txt4 = ctx['env'].texts.moment(ctx['talk'].updated_at);
      c_block2[i1] = withKey(block3([attr2, txt1, attr3, txt2, attr4, txt4], [b4, b5]), key1);
    }
    ctx = ctx.__proto__;
    b2 = list(c_block2);
    if (ctx['state'].cursor) {
      let hdlr1 = [ctx['more'], ctx];
      b6 = block6([hdlr1]);
    }
    return block1([attr1], [b2, b6]);
  }
},
"phone.MessagePage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { toNumber, markRaw } = helpers;
  // Template name: "phone.MessagePage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp3 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block2 = createBlock(`<article class="card message"><h2><block-text-0/></h2><time class="small muted" block-attribute-1="datetime"><block-text-2/></time><block-child-0/><p class="as-written" dir="auto"><block-text-3/></p><div class="buttons"><block-child-1/><block-child-2/></div></article>`);
  let block3 = createBlock(`<img block-attribute-0="src" alt="${x("")}"/>`);
  let block4 = createBlock(`<a class="button primary" block-attribute-0="href">${x("Show it")}</a>`);
  let block5 = createBlock(`<a class="button primary" block-attribute-0="href" target="_blank" rel="noopener noreferrer">${x("Open the link")}</a>`);
  let block6 = createBlock(`<form class="card" block-handler-0="submit.prevent"><div class="field"><label for="reply-text">${x("Reply to us")}</label><textarea id="reply-text" class="input" maxlength="10000" required="required" block-property-1="value" block-handler-2="input"/></div><block-child-0/><button type="submit" class="button wide" block-property-3="disabled"><span class="along"><block-child-1/></span> ${x("Send")}</button></form>`);
  let block7 = createBlock(`<p class="danger" role="alert"><block-text-0/></p>`);
  let block9 = createBlock(`<a class="link" block-attribute-0="href">${x("Why did I get this?")}</a>`);
  let block10 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/></div>`);
  let block11 = createBlock(`<a class="button" block-attribute-0="href">${x("All messages")}</a>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b6, b9, b10, b12;
    if (ctx['message']) {
      let b3, b4, b5;
      let txt1 = ctx['message'].title;
      let attr1 = ctx['message'].sent_at;
      let txt2 = ctx['env'].texts.moment(ctx['message'].sent_at);
      if (ctx['message'].image_url) {
        let attr2 = ctx['message'].image_url;
        b3 = block3([attr2]);
      }
      let txt3 = ctx['message'].body;
      if (ctx['about']) {
        let attr3 = ctx['about'];
        b4 = block4([attr3]);
      }
      if (ctx['outside']) {
        let attr4 = ctx['outside'];
        b5 = block5([attr4]);
      }
      b2 = block2([txt1, attr1, txt2, txt3], [b3, b4, b5]);
    }
    if (ctx['message']) {
      let b7, b8;
      let hdlr1 = ["prevent", ctx['reply'], ctx];
      const bExpr1 = ctx['state'];
      const expr1 = 'reply';
      let prop1 = bExpr1[expr1];
      let hdlr2 = [(ev) => { bExpr1[expr1] = ev.target.value; }];
      if (ctx['state'].problem) {
        let txt4 = ctx['state'].problem;
        b7 = block7([txt4]);
      }
      let prop2 = new Boolean(ctx['state'].isSending);
      b8 = comp1({name: 'send'}, key + `__1`, node, this, null);
      b6 = block6([hdlr1, prop1, hdlr2, prop2], [b7, b8]);
    }
    if (ctx['message']) {
      let attr5 = ctx['env'].router.url('/me/decisions');
      b9 = block9([attr5]);
    } else if (ctx['state'].isWaiting) {
      b10 = block10();
    } else {
      b12 = comp2({icon: 'bell',title: `${t("This message is not here")}`,text: `${t("It may be an older one, or you are offline.")}`,slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__2`, node, this, null);
    }
    return multi([b2, b6, b9, b10, b12]);
  }
  
  function slot2(ctx, node, key = "") {
    let attr6 = ctx['env'].router.url('/messages');
    return block11([attr6]);
  }
  
  return function template(ctx, node, key = "") {
    return comp3({title: `${t("Message")}`,back: '/messages',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__3`, node, this, null);
  }
},
"phone.ConversationPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, toNumber, markRaw } = helpers;
  // Template name: "phone.ConversationPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Empty`, true, false, false, ["icon"]);
  const comp4 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp5 = app.createComponent(`Page`, true, true, false, ["title","back"]);
  
  let block3 = createBlock(`<div class="line spread talk-head"><span class="tag" block-attribute-0="class"><block-text-1/></span><block-child-0/></div>`);
  let block4 = createBlock(`<span class="line"><block-child-0/>${x(" ")}<block-text-0/></span>`);
  let block6 = createBlock(`<p class="muted">${x("This conversation is closed. Write, and we go on with it.")}</p>`);
  let block7 = createBlock(`<div role="log" aria-live="polite" aria-label="${x("Conversation")}"><ol class="talk"><block-child-0/><block-child-0/><block-child-1/></ol></div>`);
  let block9 = createBlock(`<li block-attribute-0="class"><span class="talk-who small strong"><block-child-0/><block-child-1/></span><p class="as-written" dir="auto"><block-text-1/></p><time class="small" block-attribute-2="datetime"><block-text-3/></time></li>`);
  let block13 = createBlock(`<li class="me is-waiting"><span class="talk-who small strong">${x("You")}</span><p class="as-written" dir="auto"><block-text-0/></p><span class="small line"><block-child-0/> ${x("Waiting to be sent")}</span></li>`);
  let block15 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/></div>`);
  let block17 = createBlock(`<p class="danger" role="alert"><block-text-0/></p>`);
  let block18 = createBlock(`<form class="talk-form" block-handler-0="submit.prevent"><label class="visually-hidden" for="talk-text">${x("Your message")}</label><textarea id="talk-text" class="input" rows="2" maxlength="10000" placeholder="${x("Your message")}" block-property-1="value" block-handler-2="input"/><button type="submit" class="button primary" block-property-3="disabled" aria-label="${x("Send")}"><span class="along"><block-child-0/></span></button></form>`);
  let block20 = createBlock(`<div block-ref="0"/>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b7, b15, b16, b17, b18, b20;
    if (ctx['state'].talk) {
      let b3, b6;
      let b4;
      let attr1 = {success:ctx['state'].talk.status==='answered'};
      let txt1 = ctx['statusText'](ctx['state'].talk);
      if (ctx['callText'](ctx['state'].talk)) {
        const b5 = comp1({name: 'phone'}, key + `__1`, node, this, null);
        let txt2 = ctx['callText'](ctx['state'].talk);
        b4 = block4([txt2], [b5]);
      }
      b3 = block3([attr1, txt1], [b4]);
      if (ctx['state'].talk.status==='closed') {
        b6 = block6();
      }
      b2 = multi([b3, b6]);
    }
    let b8, b12;
    if (ctx['state'].talk) {
      ctx = Object.create(ctx);
      const [k_block8, v_block8, l_block8, c_block8] = prepareList(ctx['state'].talk.messages);;
      for (let i1 = 0; i1 < l_block8; i1++) {
        ctx[`message`] = k_block8[i1];
        const key1 = ctx['message'].id;
        let b10, b11;
        let attr2 = ctx['message'].from;
        if (ctx['message'].from==='me') {
          b10 = text(`${t("You")}`);
        } else {
          b11 = text(ctx['message'].name);
        }
        let txt3 = ctx['message'].text;
        let attr3 = ctx['message'].at;
        let txt4 = ctx['env'].texts.moment(ctx['message'].at);
        c_block8[i1] = withKey(block9([attr2, txt3, attr3, txt4], [b10, b11]), key1);
      }
      ctx = ctx.__proto__;
      b8 = list(c_block8);
    }
    ctx = Object.create(ctx);
    const [k_block12, v_block12, l_block12, c_block12] = prepareList(ctx['state'].waiting);;
    for (let i1 = 0; i1 < l_block12; i1++) {
      ctx[`entry`] = k_block12[i1];
      const key1 = ctx['entry'].number;
      let txt5 = ctx['entry'].body.text;
      const b14 = comp2({name: 'clock'}, key + `__2__${key1}`, node, this, null);
      c_block12[i1] = withKey(block13([txt5], [b14]), key1);
    }
    ctx = ctx.__proto__;
    b12 = list(c_block12);
    b7 = block7([], [b8, b12]);
    if (ctx['isWaiting']) {
      b15 = block15();
    } else if (!ctx['state'].talk) {
      b16 = comp3({icon: 'chat',title: `${t("This conversation is not here")}`,text: `${t("You are offline, or it is somebody else's.")}`}, key + `__3`, node, this, null);
    }
    if (ctx['state'].problem&&!ctx['state'].isGone) {
      let txt6 = ctx['state'].problem;
      b17 = block17([txt6]);
    }
    if (!ctx['state'].isGone) {
      let hdlr1 = ["prevent", ctx['send'], ctx];
      const bExpr1 = ctx['state'];
      const expr1 = 'text';
      let prop1 = bExpr1[expr1];
      let hdlr2 = [(ev) => { bExpr1[expr1] = ev.target.value; }];
      let prop2 = new Boolean(ctx['state'].isSending);
      const b19 = comp4({name: 'send'}, key + `__4`, node, this, null);
      b18 = block18([hdlr1, prop1, hdlr2, prop2], [b19]);
    }
    let ref1 = (el) => this.__owl__.setRef((`end`), el);
    b20 = block20([ref1]);
    return multi([b2, b7, b15, b16, b17, b18, b20]);
  }
  
  return function template(ctx, node, key = "") {
    return comp5({title: ctx['title'],back: '/messages',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__5`, node, this, null);
  }
},
"phone.AskPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { toNumber, markRaw } = helpers;
  // Template name: "phone.AskPage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp4 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block1 = createBlock(`<form class="ask" novalidate="novalidate" block-handler-0="submit.prevent"><block-child-0/><block-child-1/><div class="field"><label for="ask-subject">${x("What is it about?")}</label><input id="ask-subject" class="input" type="text" maxlength="200" block-attribute-1="aria-invalid" aria-describedby="ask-subject-fault" block-property-2="value" block-handler-3="input"/><p id="ask-subject-fault" class="danger small" block-attribute-4="hidden"><block-text-5/></p></div><div class="field"><label for="ask-message">${x("Your question")}</label><textarea id="ask-message" class="input" maxlength="10000" block-attribute-6="aria-invalid" aria-describedby="ask-message-fault" block-property-7="value" block-handler-8="input"/><p id="ask-message-fault" class="danger small" block-attribute-9="hidden"><block-text-10/></p></div><fieldset class="ask-call"><legend class="label">${x("How do you want your answer?")}</legend><label class="check"><input type="radio" name="call" value="none" block-property-11="checked" block-handler-12="click"/>${x(" ")}<span>${x("Write to me here")}</span></label><label class="check"><input type="radio" name="call" value="soon" block-property-13="checked" block-handler-14="click"/>${x(" ")}<span>${x("Call me as soon as possible")}</span></label><label class="check"><input type="radio" name="call" value="at" block-property-15="checked" block-handler-16="click"/>${x(" ")}<span>${x("Call me at a certain time")}</span></label></fieldset><block-child-2/><block-child-3/><block-child-4/><button type="submit" class="button primary wide" block-property-17="disabled"><span class="along"><block-child-5/></span> ${x("Send")}</button></form>`);
  let block2 = createBlock(`<p class="line"><block-child-0/>${x(" ")}<strong><block-text-0/></strong></p>`);
  let block4 = createBlock(`<p class="line"><block-child-0/>${x(" ")}<strong><block-text-0/></strong></p>`);
  let block6 = createBlock(`<div class="field"><label for="ask-at">${x("When?")}</label><input id="ask-at" class="input" type="datetime-local" block-attribute-0="min" block-attribute-1="max" block-attribute-2="aria-invalid" aria-describedby="ask-at-fault ask-at-hint" block-property-3="value" block-handler-4="input"/><p id="ask-at-fault" class="danger small" block-attribute-5="hidden"><block-text-6/></p><p id="ask-at-hint" class="muted small">${x("If the store is closed then, we call you when it opens.")}</p></div>`);
  let block7 = createBlock(`<div class="field"><label for="ask-phone">${x("At which number?")}</label><input id="ask-phone" class="input" type="tel" autocomplete="tel" maxlength="50" block-attribute-0="aria-invalid" aria-describedby="ask-phone-fault" block-property-1="value" block-handler-2="input"/><p id="ask-phone-fault" class="danger small" block-attribute-3="hidden"><block-text-4/></p></div>`);
  let block8 = createBlock(`<p class="danger" role="alert"><block-text-0/></p>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b4, b6, b7, b8, b9;
    let hdlr1 = ["prevent", ctx['send'], ctx];
    if (ctx['store']) {
      const b3 = comp1({name: 'store'}, key + `__1`, node, this, null);
      let txt1 = ctx['store'].name;
      b2 = block2([txt1], [b3]);
    }
    if (ctx['state'].product) {
      const b5 = comp2({name: 'basket'}, key + `__2`, node, this, null);
      let txt2 = ctx['state'].product.name;
      b4 = block4([txt2], [b5]);
    }
    let attr1 = ctx['state'].faults.subject?'true':undefined;
    const bExpr1 = ctx['state'];
    const expr1 = 'subject';
    let prop1 = bExpr1[expr1];
    let hdlr2 = [(ev) => { bExpr1[expr1] = ev.target.value; }];
    let attr2 = !ctx['state'].faults.subject;
    let txt3 = ctx['state'].faults.subject;
    let attr3 = ctx['state'].faults.message?'true':undefined;
    const bExpr2 = ctx['state'];
    const expr2 = 'message';
    let prop2 = bExpr2[expr2];
    let hdlr3 = [(ev) => { bExpr2[expr2] = ev.target.value; }];
    let attr4 = !ctx['state'].faults.message;
    let txt4 = ctx['state'].faults.message;
    const bExpr3 = ctx['state'];
    const expr3 = 'call';
    let prop3 = bExpr3[expr3] === 'none';
    let hdlr4 = [(ev) => { bExpr3[expr3] = ev.target.value; }];
    const bExpr4 = ctx['state'];
    const expr4 = 'call';
    let prop4 = bExpr4[expr4] === 'soon';
    let hdlr5 = [(ev) => { bExpr4[expr4] = ev.target.value; }];
    const bExpr5 = ctx['state'];
    const expr5 = 'call';
    let prop5 = bExpr5[expr5] === 'at';
    let hdlr6 = [(ev) => { bExpr5[expr5] = ev.target.value; }];
    if (ctx['state'].call==='at') {
      let attr5 = ctx['earliest'];
      let attr6 = ctx['latest'];
      let attr7 = ctx['state'].faults.at?'true':undefined;
      const bExpr6 = ctx['state'];
      const expr6 = 'at';
      let prop6 = bExpr6[expr6];
      let hdlr7 = [(ev) => { bExpr6[expr6] = ev.target.value; }];
      let attr8 = !ctx['state'].faults.at;
      let txt5 = ctx['state'].faults.at;
      b6 = block6([attr5, attr6, attr7, prop6, hdlr7, attr8, txt5]);
    }
    if (ctx['state'].call!=='none') {
      let attr9 = ctx['state'].faults.phone?'true':undefined;
      const bExpr7 = ctx['state'];
      const expr7 = 'phone';
      let prop7 = bExpr7[expr7];
      let hdlr8 = [(ev) => { bExpr7[expr7] = ev.target.value; }];
      let attr10 = !ctx['state'].faults.phone;
      let txt6 = ctx['state'].faults.phone;
      b7 = block7([attr9, prop7, hdlr8, attr10, txt6]);
    }
    if (ctx['state'].problem) {
      let txt7 = ctx['state'].problem;
      b8 = block8([txt7]);
    }
    let prop8 = new Boolean(ctx['state'].isSending);
    b9 = comp3({name: 'send'}, key + `__3`, node, this, null);
    return block1([hdlr1, attr1, prop1, hdlr2, attr2, txt3, attr3, prop2, hdlr3, attr4, txt4, prop3, hdlr4, prop4, hdlr5, prop5, hdlr6, prop8], [b2, b4, b6, b7, b8, b9]);
  }
  
  return function template(ctx, node, key = "") {
    return comp4({title: `${t("Ask us")}`,back: '/messages',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__4`, node, this, null);
  }
},
"phone.PurchasesPage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { toNumber, prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.PurchasesPage"
  const comp1 = app.createComponent(`Thumb`, true, false, false, ["url","icon"]);
  const comp2 = app.createComponent(`Empty`, true, true, false, ["icon","text"]);
  const comp3 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp4 = app.createComponent(`Empty`, true, false, false, ["icon"]);
  const comp5 = app.createComponent(`Empty`, true, true, false, ["icon"]);
  const comp6 = app.createComponent(`Page`, true, true, false, ["back"]);
  
  let block2 = createBlock(`<form class="purchase-search" role="search" block-handler-0="submit.prevent"><div class="line"><input class="input grow" type="search" enterkeyhint="search" autocomplete="off" aria-label="${x("Search your purchases")}" placeholder="${x("Product, number or store")}" block-property-1="value" block-handler-2="input" block-handler-3="input"/><button type="button" class="button" block-attribute-4="aria-expanded" block-handler-5="click"> ${x("Filter")}<block-child-0/></button></div><block-child-1/></form>`);
  let block5 = createBlock(`<span class="tag"><block-text-0/></span>`);
  let block6 = createBlock(`<div class="card purchase-filter"><div class="field"><label for="purchases-from">${x("From")}</label><input id="purchases-from" class="input" type="date" block-attribute-0="max" block-property-1="value" block-handler-2="input" block-handler-3="change"/></div><div class="field"><label for="purchases-to">${x("Until")}</label><input id="purchases-to" class="input" type="date" block-attribute-4="min" block-property-5="value" block-handler-6="input" block-handler-7="change"/></div><div class="field"><label for="purchases-store">${x("Store")}</label><select id="purchases-store" class="input" block-handler-8="change" block-handler-9="change"><option value="" block-attribute-10="selected">${x("All stores")}</option><block-child-0/></select></div><block-child-1/></div>`);
  let block8 = createBlock(`<option block-attribute-0="value" block-attribute-1="selected"><block-text-2/></option>`);
  let block9 = createBlock(`<button type="button" class="link" block-handler-0="click">${x("Show all again")}</button>`);
  let block10 = createBlock(`<p class="muted small">${x("Your latest purchases. Older ones are shown when there is a network.")}</p>`);
  let block11 = createBlock(`<p class="visually-hidden" role="status"><block-child-0/></p>`);
  let block13 = createBlock(`<ul class="list" block-attribute-0="aria-busy"><block-child-0/></ul>`);
  let block15 = createBlock(`<li><a class="row" block-attribute-0="href"><block-child-0/><span class="grow"><span class="strong"><block-text-1/></span><block-child-1/><br/><block-child-2/><span class="muted small purchase-products"><block-text-2/></span></span><span class="strong number purchase-total"><block-text-3/></span></a></li>`);
  let block19 = createBlock(`<span class="tag" block-attribute-0="class"><block-text-1/></span>`);
  let block21 = createBlock(`<span><block-text-0/></span>`);
  let block22 = createBlock(`<br/>`);
  let block23 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/><i/></div>`);
  let block24 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  let block26 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Show all again")}</button>`);
  let block29 = createBlock(`<a class="button primary" block-attribute-0="href">${x("Show the member card")}</a>`);
  let block31 = createBlock(`<button type="button" class="button wide" block-property-0="disabled" block-handler-1="click">${x("Show older ones")}</button>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b10, b11, b13, b23, b25, b27, b28, b30, b31;
    let b3, b6;
    const v1 = ctx['this'];
    let hdlr1 = ["prevent", ()=>v1.search(), ctx];
    const bExpr1 = ctx['state'].filter;
    const expr1 = 'q';
    let prop1 = bExpr1[expr1];
    let hdlr2 = [(ev) => { bExpr1[expr1] = ev.target.value; }];
    let hdlr3 = [ctx['typed'], ctx];
    let attr1 = ctx['state'].isFiltering?'true':'false';
    const v2 = ctx['state'];
    let hdlr4 = [()=>v2.isFiltering=!v2.isFiltering, ctx];
    if (ctx['countOfFilters']) {
      const b4 = text(`${t(" ")}`);
      let txt1 = ctx['countOfFilters'];
      const b5 = block5([txt1]);
      b3 = multi([b4, b5]);
    }
    if (ctx['state'].isFiltering) {
      let b7, b9;
      let attr2 = ctx['state'].filter.to;
      const bExpr2 = ctx['state'].filter;
      const expr2 = 'from';
      let prop2 = bExpr2[expr2];
      let hdlr5 = [(ev) => { bExpr2[expr2] = ev.target.value; }];
      const v3 = ctx['this'];
      let hdlr6 = [()=>v3.search(), ctx];
      let attr3 = ctx['state'].filter.from;
      const bExpr3 = ctx['state'].filter;
      const expr3 = 'to';
      let prop3 = bExpr3[expr3];
      let hdlr7 = [(ev) => { bExpr3[expr3] = ev.target.value; }];
      const v4 = ctx['this'];
      let hdlr8 = [()=>v4.search(), ctx];
      const bExpr4 = ctx['state'].filter;
      const expr4 = 'store_id';
      const bValue1 = bExpr4[expr4];
      let hdlr9 = [(ev) => { bExpr4[expr4] = ev.target.value; }];
      const v5 = ctx['this'];
      let hdlr10 = [()=>v5.search(), ctx];
      let attr4 = bValue1 === "";
      ctx = Object.create(ctx);
      const [k_block7, v_block7, l_block7, c_block7] = prepareList(ctx['stores']);;
      for (let i1 = 0; i1 < l_block7; i1++) {
        ctx[`store`] = k_block7[i1];
        const key1 = ctx['store'].id;
        let attr5 = ctx['store'].id;
        let attr6 = bValue1 === ctx['store'].id;
        let txt2 = ctx['store'].name;
        c_block7[i1] = withKey(block8([attr5, attr6, txt2]), key1);
      }
      ctx = ctx.__proto__;
      b7 = list(c_block7);
      if (ctx['isFiltered']) {
        let hdlr11 = [ctx['clear'], ctx];
        b9 = block9([hdlr11]);
      }
      b6 = block6([attr2, prop2, hdlr5, hdlr6, attr3, prop3, hdlr7, hdlr8, hdlr9, hdlr10, attr4], [b7, b9]);
    }
    b2 = block2([hdlr1, prop1, hdlr2, hdlr3, attr1, hdlr4], [b3, b6]);
    if (!ctx['session'].isOnline&&ctx['orders'].length) {
      b10 = block10();
    }
    let b12;
    if (!ctx['state'].isLoading&&ctx['isFiltered']&&!ctx['orders'].length) {
      b12 = text(`${t("Nothing was found.")}`);
    }
    b11 = block11([], [b12]);
    if (ctx['orders'].length) {
      let attr7 = ctx['state'].isLoading?'true':'false';
      ctx = Object.create(ctx);
      const [k_block14, v_block14, l_block14, c_block14] = prepareList(ctx['orders']);;
      for (let i1 = 0; i1 < l_block14; i1++) {
        ctx[`order`] = k_block14[i1];
        const key1 = ctx['order'].id;
        let b16, b17, b20;
        let attr8 = ctx['env'].router.url('/purchases/'+ctx['order'].id);
        b16 = comp1({url: ctx['picture'](ctx['order']),icon: 'receipt'}, key + `__1__${key1}`, node, this, null);
        let txt3 = ctx['day'](ctx['order']);
        if (ctx['statusOf'](ctx['order'])) {
          const b18 = text(`${t(" ")}`);
          let attr9 = ctx['statusOf'](ctx['order']).kind;
          let txt4 = ctx['statusOf'](ctx['order']).text;
          const b19 = block19([attr9, txt4]);
          b17 = multi([b18, b19]);
        }
        if (ctx['order'].store) {
          let txt5 = ctx['order'].store.name;
          const b21 = block21([txt5]);
          const b22 = block22();
          b20 = multi([b21, b22]);
        }
        let txt6 = ctx['products'](ctx['order']);
        let txt7 = ctx['money'](ctx['order'].total);
        c_block14[i1] = withKey(block15([attr8, txt3, txt6, txt7], [b16, b17, b20]), key1);
      }
      ctx = ctx.__proto__;
      const b14 = list(c_block14);
      b13 = block13([attr7], [b14]);
    } else if (ctx['state'].isLoading) {
      b23 = block23();
    } else if (ctx['state'].problem) {
      b25 = comp2({icon: 'warning',title: `${t("Your purchases cannot be shown")}`,text: ctx['state'].problem,slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__2`, node, this, null);
    } else if (ctx['isFiltered']) {
      b27 = comp3({icon: 'search',title: `${t("Nothing was found")}`,text: `${t("Try another word, or other days.")}`,slots: markRaw({'default': {__render: slot3.bind(this), __ctx: ctx}})}, key + `__3`, node, this, null);
    } else if (!ctx['session'].isOnline) {
      b28 = comp4({icon: 'offline',title: `${t("You are offline")}`,text: `${t("Your purchases are shown as soon as there is a network.")}`}, key + `__4`, node, this, null);
    } else {
      b30 = comp5({icon: 'receipt',title: `${t("No purchases yet")}`,text: `${t("What you buy with the app, online or with your member card shows up here, with its receipt.")}`,slots: markRaw({'default': {__render: slot4.bind(this), __ctx: ctx}})}, key + `__5`, node, this, null);
    }
    if (ctx['state'].cursor) {
      let prop4 = new Boolean(ctx['state'].isLoading||undefined);
      const v7 = ctx['this'];
      let hdlr14 = [()=>v7.search(true), ctx];
      b31 = block31([prop4, hdlr14]);
    }
    return multi([b2, b10, b11, b13, b23, b25, b27, b28, b30, b31]);
  }
  
  function slot2(ctx, node, key = "") {
    const v6 = ctx['this'];
    let hdlr12 = [()=>v6.search(), ctx];
    return block24([hdlr12]);
  }
  
  function slot3(ctx, node, key = "") {
    let hdlr13 = [ctx['clear'], ctx];
    return block26([hdlr13]);
  }
  
  function slot4(ctx, node, key = "") {
    let attr10 = ctx['env'].router.url('/me/card');
    return block29([attr10]);
  }
  
  return function template(ctx, node, key = "") {
    return comp6({title: `${t("Purchases")}`,back: '/me',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__6`, node, this, null);
  }
},
"phone.PurchasePage": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey, markRaw } = helpers;
  // Template name: "phone.PurchasePage"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Thumb`, true, false, false, ["url"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp4 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp5 = app.createComponent(`Empty`, true, true, false, ["icon","text"]);
  const comp6 = app.createComponent(`Page`, true, true, false, ["title","back"]);
  
  let block3 = createBlock(`<section class="card" aria-labelledby="when"><h2 id="when"><block-text-0/></h2><block-child-0/><block-child-1/><p class="muted"><block-text-1/></p><block-child-2/></section>`);
  let block4 = createBlock(`<p><span class="tag" block-attribute-0="class"><block-text-1/></span></p>`);
  let block5 = createBlock(`<p class="line"><block-child-0/><block-child-1/><block-child-2/></p>`);
  let block7 = createBlock(`<a block-attribute-0="href"><block-text-1/></a>`);
  let block8 = createBlock(`<span><block-text-0/></span>`);
  let block9 = createBlock(`<p class="muted"><block-text-0/></p>`);
  let block10 = createBlock(`<a class="button primary wide" block-attribute-0="href">${x("Show the exit pass")}</a>`);
  let block11 = createBlock(`<ul class="list" aria-label="${x("What you bought")}"><block-child-0/></ul>`);
  let block13 = createBlock(`<li><block-child-0/></li>`);
  let block14 = tag => createBlock(`<${tag || 't'} class="row" block-attribute-0="href"><block-child-0/><span class="grow"><bdi class="strong"><block-text-1/></bdi><br/><span class="muted small number"><block-text-2/></span><block-child-1/><block-child-2/></span><span class="strong number purchase-total"><block-text-3/></span></${tag || 't'}>`);
  let block18 = createBlock(`<span class="tag success"><block-text-0/></span>`);
  let block21 = createBlock(`<span class="tag"><block-text-0/></span>`);
  let block22 = createBlock(`<section class="card" aria-labelledby="purchase-sum"><h2 id="purchase-sum" class="visually-hidden">${x("What it came to")}</h2><dl class="totals"><block-child-0/><block-child-1/><div class="total"><dt>${x("Total")}</dt><dd class="number"><block-text-0/></dd></div></dl></section>`);
  let block24 = createBlock(`<div class="success"><dt><bdi><block-text-0/></bdi></dt><dd class="number"><block-text-1/></dd></div>`);
  let block26 = createBlock(`<div class="muted small"><dt><block-text-0/></dt><dd class="number"><block-text-1/></dd></div>`);
  let block27 = createBlock(`<section class="card" aria-labelledby="purchase-coupons"><h2 id="purchase-coupons">${x("Coupons you used")}</h2><dl class="totals"><block-child-0/></dl></section>`);
  let block29 = createBlock(`<div><dt><block-text-0/></dt><dd class="number success"><block-text-1/></dd></div>`);
  let block30 = createBlock(`<section class="card" aria-labelledby="purchase-points"><h2 id="purchase-points">${x("Points")}</h2><block-child-0/></section>`);
  let block32 = createBlock(`<p><block-text-0/><br/><block-child-0/>${x(" ")}<block-child-1/></p>`);
  let block33 = createBlock(`<span class="success"><block-text-0/></span>`);
  let block34 = createBlock(`<span><block-text-0/></span>`);
  let block35 = createBlock(`<section class="card" aria-labelledby="purchase-returns"><h2 id="purchase-returns">${x("Money you got back")}</h2><dl class="totals"><block-child-0/></dl></section>`);
  let block37 = createBlock(`<div><dt><block-text-0/><br/><span class="muted small"><block-text-1/></span></dt><dd class="number"><block-text-2/></dd></div>`);
  let block38 = createBlock(`<p class="muted small"><block-text-0/></p>`);
  let block39 = createBlock(`<p class="muted small"><block-text-0/></p>`);
  let block40 = createBlock(`<div class="buttons" block-attribute-0="aria-busy"><button type="button" class="button" block-property-1="disabled" block-handler-2="click"><block-child-0/> ${x("Receipt")} </button><button type="button" class="button" block-property-3="disabled" block-handler-4="click"><block-child-1/> ${x("Buy again")} </button></div>`);
  let block43 = createBlock(`<p class="muted small">${x("For the receipt and to buy again you need the network.")}</p>`);
  let block44 = createBlock(`<button type="button" class="button" block-handler-0="click">${x("Try again")}</button>`);
  let block46 = createBlock(`<div class="wait" role="status" aria-label="${x("Loading")}"><i/><i/><i/></div>`);
  
  function slot1(ctx, node, key = "") {
    let b2, b45, b46;
    if (ctx['order']) {
      let b3, b10, b11, b22, b27, b30, b35, b38, b39, b40, b43;
      let b4, b5, b9;
      let txt1 = ctx['moment'](ctx['order'].date);
      if (ctx['statusOf'](ctx['order'])) {
        let attr1 = ctx['statusOf'](ctx['order']).kind;
        let txt2 = ctx['statusOf'](ctx['order']).text;
        b4 = block4([attr1, txt2]);
      }
      if (ctx['order'].store) {
        let b6, b7, b8;
        b6 = comp1({name: 'store'}, key + `__1`, node, this, null);
        if (ctx['order'].store.id) {
          let attr2 = ctx['env'].router.url('/stores/'+ctx['order'].store.id);
          let txt3 = ctx['order'].store.name;
          b7 = block7([attr2, txt3]);
        } else {
          let txt4 = ctx['order'].store.name;
          b8 = block8([txt4]);
        }
        b5 = block5([], [b6, b7, b8]);
      }
      let txt5 = ctx['channelOf'](ctx['order']);
      if (ctx['deliveryOf'](ctx['order'])) {
        let txt6 = ctx['deliveryOf'](ctx['order']);
        b9 = block9([txt6]);
      }
      b3 = block3([txt1, txt5], [b4, b5, b9]);
      if (ctx['state'].hasPass) {
        let attr3 = ctx['env'].router.url('/exit/'+ctx['order'].id);
        b10 = block10([attr3]);
      }
      ctx = Object.create(ctx);
      const [k_block12, v_block12, l_block12, c_block12] = prepareList(ctx['goods']);;
      for (let i1 = 0; i1 < l_block12; i1++) {
        ctx[`line`] = k_block12[i1];
        ctx[`line_index`] = i1;
        const key1 = ctx['line_index'];
        let b15, b16, b19;
        const tag1 = ctx['line'].product_id?'a':'div';
        let attr4 = ctx['line'].product_id?ctx['env'].router.url('/products/'+ctx['line'].product_id):undefined;
        b15 = comp2({url: ctx['line'].image_url}, key + `__2__${key1}`, node, this, null);
        let txt7 = ctx['line'].name;
        let txt8 = ctx['quantityText'](ctx['line']);
        if (ctx['line'].discount) {
          const b17 = text(`${t(" ")}`);
          let txt9 = ctx['discountText'](ctx['line']);
          const b18 = block18([txt9]);
          b16 = multi([b17, b18]);
        }
        if (ctx['line'].returned) {
          const b20 = text(`${t(" ")}`);
          let txt10 = ctx['returnedText'](ctx['line']);
          const b21 = block21([txt10]);
          b19 = multi([b20, b21]);
        }
        let txt11 = ctx['money'](ctx['line'].total);
        const b14 = toggler(tag1, block14(tag1)([attr4, txt7, txt8, txt11], [b15, b16, b19]));
        c_block12[i1] = withKey(block13([], [b14]), key1);
      }
      ctx = ctx.__proto__;
      const b12 = list(c_block12);
      b11 = block11([], [b12]);
      ctx = Object.create(ctx);
      const [k_block23, v_block23, l_block23, c_block23] = prepareList(ctx['rewards']);;
      for (let i1 = 0; i1 < l_block23; i1++) {
        ctx[`reward`] = k_block23[i1];
        ctx[`reward_index`] = i1;
        const key1 = ctx['reward_index'];
        let txt12 = ctx['reward'].name;
        let txt13 = ctx['money'](ctx['reward'].total);
        c_block23[i1] = withKey(block24([txt12, txt13]), key1);
      }
      ctx = ctx.__proto__;
      const b23 = list(c_block23);
      ctx = Object.create(ctx);
      const [k_block25, v_block25, l_block25, c_block25] = prepareList(ctx['order'].taxes||[]);;
      for (let i1 = 0; i1 < l_block25; i1++) {
        ctx[`tax`] = k_block25[i1];
        ctx[`tax_index`] = i1;
        const key1 = ctx['tax_index'];
        let txt14 = ctx['taxText'](ctx['tax']);
        let txt15 = ctx['money'](ctx['tax'].amount);
        c_block25[i1] = withKey(block26([txt14, txt15]), key1);
      }
      ctx = ctx.__proto__;
      const b25 = list(c_block25);
      let txt16 = ctx['money'](ctx['order'].total);
      b22 = block22([txt16], [b23, b25]);
      if (ctx['order'].offers.length) {
        ctx = Object.create(ctx);
        const [k_block28, v_block28, l_block28, c_block28] = prepareList(ctx['order'].offers);;
        for (let i1 = 0; i1 < l_block28; i1++) {
          ctx[`offer`] = k_block28[i1];
          const key1 = ctx['offer'].id;
          let txt17 = ctx['offer'].title;
          let txt18 = ctx['money'](ctx['offer'].discount);
          c_block28[i1] = withKey(block29([txt17, txt18]), key1);
        }
        ctx = ctx.__proto__;
        const b28 = list(c_block28);
        b27 = block27([], [b28]);
      }
      if (ctx['order'].points&&ctx['order'].points.length) {
        ctx = Object.create(ctx);
        const [k_block31, v_block31, l_block31, c_block31] = prepareList(ctx['order'].points.map((_entry)=>ctx['this'].pointsText(_entry)));;
        for (let i1 = 0; i1 < l_block31; i1++) {
          ctx[`entry`] = k_block31[i1];
          ctx[`entry_index`] = i1;
          const key1 = ctx['entry_index'];
          let b33, b34;
          let txt19 = ctx['entry'].name;
          if (ctx['entry'].earned) {
            let txt20 = ctx['entry'].earned;
            b33 = block33([txt20]);
          }
          if (ctx['entry'].spent) {
            let txt21 = ctx['entry'].spent;
            b34 = block34([txt21]);
          }
          c_block31[i1] = withKey(block32([txt19], [b33, b34]), key1);
        }
        ctx = ctx.__proto__;
        const b31 = list(c_block31);
        b30 = block30([], [b31]);
      }
      if (ctx['hasReturns']) {
        ctx = Object.create(ctx);
        const [k_block36, v_block36, l_block36, c_block36] = prepareList(ctx['order'].refunds);;
        for (let i1 = 0; i1 < l_block36; i1++) {
          ctx[`refund`] = k_block36[i1];
          const key1 = ctx['refund'].name;
          let txt22 = ctx['refund'].name;
          let txt23 = ctx['day'](ctx['refund'].date);
          let txt24 = ctx['money'](ctx['refund'].total);
          c_block36[i1] = withKey(block37([txt22, txt23, txt24]), key1);
        }
        ctx = ctx.__proto__;
        const b36 = list(c_block36);
        b35 = block35([], [b36]);
      }
      if (ctx['order'].invoices&&ctx['order'].invoices.length) {
        let txt25 = ctx['invoicesText']();
        b38 = block38([txt25]);
      }
      if (!ctx['state'].isWhole&&ctx['state'].problem) {
        let txt26 = ctx['state'].problem;
        b39 = block39([txt26]);
      }
      if (ctx['isPurchase']) {
        let attr5 = ctx['state'].isFetching?'true':'false';
        let prop1 = new Boolean(!ctx['session'].isOnline||undefined);
        let hdlr1 = [ctx['showReceipt'], ctx];
        const b41 = comp3({name: 'receipt'}, key + `__3`, node, this, null);
        let prop2 = new Boolean(!ctx['session'].isOnline||undefined);
        let hdlr2 = [ctx['buyAgain'], ctx];
        const b42 = comp4({name: 'basket'}, key + `__4`, node, this, null);
        b40 = block40([attr5, prop1, hdlr1, prop2, hdlr2], [b41, b42]);
      }
      if (ctx['isPurchase']&&!ctx['session'].isOnline) {
        b43 = block43();
      }
      b2 = multi([b3, b10, b11, b22, b27, b30, b35, b38, b39, b40, b43]);
    } else if (ctx['state'].problem) {
      b45 = comp5({icon: ctx['session'].isOnline?'warning':'offline',title: `${t("This purchase cannot be shown")}`,text: ctx['state'].problem,slots: markRaw({'default': {__render: slot2.bind(this), __ctx: ctx}})}, key + `__5`, node, this, null);
    } else {
      b46 = block46();
    }
    return multi([b2, b45, b46]);
  }
  
  function slot2(ctx, node, key = "") {
    const v1 = ctx['this'];
    let hdlr3 = [()=>v1.load(), ctx];
    return block44([hdlr3]);
  }
  
  return function template(ctx, node, key = "") {
    return comp6({title: ctx['order']?ctx['order'].name:ctx['env'].config.name,back: '/purchases',slots: markRaw({'default': {__render: slot1.bind(this), __ctx: ctx}})}, key + `__6`, node, this, null);
  }
},
"phone.Receipt": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  // Template name: "phone.Receipt"
  const comp1 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block2 = createBlock(`<p><block-text-0/></p>`);
  let block3 = createBlock(`<div class="buttons"><block-child-0/><a class="button" block-attribute-0="href" block-attribute-1="download"><block-child-1/> ${x("Save")}</a></div>`);
  let block4 = createBlock(`<button type="button" class="button primary" block-handler-0="click"><block-child-0/> ${x("Share with others")}</button>`);
  
  return function template(ctx, node, key = "") {
    let txt1 = ctx['file'].name;
    const b2 = block2([txt1]);
    let b4, b6;
    if (ctx['canShare']) {
      let hdlr1 = [ctx['share'], ctx];
      const b5 = comp1({name: 'share'}, key + `__1`, node, this, null);
      b4 = block4([hdlr1], [b5]);
    }
    let attr1 = ctx['url'];
    let attr2 = ctx['file'].name;
    b6 = comp2({name: 'download'}, key + `__2`, node, this, null);
    const b3 = block3([attr1, attr2], [b4, b6]);
    return multi([b2, b3]);
  }
},
"phone.Again": function (app, bdom, helpers
) {
  let { text, createBlock, list, multi, html, toggler, comment } = bdom;
  let { prepareList, withKey } = helpers;
  // Template name: "phone.Again"
  const comp1 = app.createComponent(`Thumb`, true, false, false, ["url"]);
  const comp2 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp3 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp4 = app.createComponent(`Icon`, true, false, false, ["name"]);
  const comp5 = app.createComponent(`Icon`, true, false, false, ["name"]);
  
  let block2 = createBlock(`<ul class="list"><block-child-0/></ul>`);
  let block4 = createBlock(`<li class="row"><block-child-0/><span class="grow"><span class="strong"><block-text-0/></span><br/><span class="muted small number"><block-text-1/></span><block-child-1/></span></li>`);
  let block7 = createBlock(`<br/>`);
  let block8 = createBlock(`<span class="warning small"><block-text-0/></span>`);
  let block9 = createBlock(`<div class="card"><h3>${x("Not this time")}</h3><block-child-0/></div>`);
  let block11 = createBlock(`<p><span class="strong"><block-text-0/></span><br/><span class="muted small"><block-text-1/></span></p>`);
  let block12 = createBlock(`<p>${x("Nothing of it is sold any more.")}</p>`);
  let block14 = createBlock(`<h3>${x("On which list?")}</h3>`);
  let block15 = createBlock(`<ul class="list"><block-child-0/><li><button type="button" class="row" block-property-0="disabled" block-handler-1="click"><block-child-1/><span class="grow">${x("A new list")}</span></button></li></ul>`);
  let block17 = createBlock(`<li><button type="button" class="row" block-property-0="disabled" block-handler-1="click"><block-child-0/><span class="grow"><block-text-2/></span></button></li>`);
  let block20 = createBlock(`<div class="buttons" block-attribute-0="aria-busy"><button type="button" class="button primary" block-property-1="disabled" block-handler-2="click"><block-child-0/> ${x("On a shopping list")}</button><button type="button" class="button" block-property-3="disabled" block-handler-4="click"><block-child-1/> ${x("Into the basket")}</button></div>`);
  
  return function template(ctx, node, key = "") {
    let b2, b9, b12, b13, b20;
    if (ctx['items'].length) {
      ctx = Object.create(ctx);
      const [k_block3, v_block3, l_block3, c_block3] = prepareList(ctx['items']);;
      for (let i1 = 0; i1 < l_block3; i1++) {
        ctx[`item`] = k_block3[i1];
        ctx[`item_index`] = i1;
        const key1 = ctx['item_index'];
        let b5, b6;
        b5 = comp1({url: ctx['item'].product.image_url}, key + `__1__${key1}`, node, this, null);
        let txt1 = ctx['item'].product.name;
        let txt2 = ctx['quantityText'](ctx['item']);
        if (ctx['isOther'](ctx['item'])) {
          const b7 = block7();
          let txt3 = ctx['thenText'](ctx['item']);
          const b8 = block8([txt3]);
          b6 = multi([b7, b8]);
        }
        c_block3[i1] = withKey(block4([txt1, txt2], [b5, b6]), key1);
      }
      ctx = ctx.__proto__;
      const b3 = list(c_block3);
      b2 = block2([], [b3]);
    }
    if (ctx['props'].again.unavailable.length) {
      ctx = Object.create(ctx);
      const [k_block10, v_block10, l_block10, c_block10] = prepareList(ctx['props'].again.unavailable);;
      for (let i1 = 0; i1 < l_block10; i1++) {
        ctx[`missing`] = k_block10[i1];
        ctx[`missing_index`] = i1;
        const key1 = ctx['missing_index'];
        let txt4 = ctx['missing'].name;
        let txt5 = ctx['missing'].text;
        c_block10[i1] = withKey(block11([txt4, txt5]), key1);
      }
      ctx = ctx.__proto__;
      const b10 = list(c_block10);
      b9 = block9([], [b10]);
    }
    if (!ctx['items'].length) {
      b12 = block12();
    } else if (ctx['state'].isChoosing) {
      const b14 = block14();
      ctx = Object.create(ctx);
      const [k_block16, v_block16, l_block16, c_block16] = prepareList(ctx['kept'].lists);;
      for (let i1 = 0; i1 < l_block16; i1++) {
        ctx[`list`] = k_block16[i1];
        const key1 = ctx['list'].id;
        let prop1 = new Boolean(ctx['state'].isSending||undefined);
        const v1 = ctx['this'];
        const v2 = ctx['list'];
        let hdlr1 = [()=>v1.toList(v2.id), ctx];
        const b18 = comp2({name: 'list'}, key + `__2__${key1}`, node, this, null);
        let txt6 = ctx['list'].name;
        c_block16[i1] = withKey(block17([prop1, hdlr1, txt6], [b18]), key1);
      }
      ctx = ctx.__proto__;
      const b16 = list(c_block16);
      let prop2 = new Boolean(ctx['state'].isSending||undefined);
      const v3 = ctx['this'];
      let hdlr2 = [()=>v3.toList(), ctx];
      const b19 = comp3({name: 'plus'}, key + `__3`, node, this, null);
      const b15 = block15([prop2, hdlr2], [b16, b19]);
      b13 = multi([b14, b15]);
    } else {
      let attr1 = ctx['state'].isSending?'true':'false';
      let prop3 = new Boolean(ctx['state'].isSending||undefined);
      const v4 = ctx['state'];
      let hdlr3 = [()=>v4.isChoosing=true, ctx];
      const b21 = comp4({name: 'list'}, key + `__4`, node, this, null);
      let prop4 = new Boolean(ctx['state'].isSending||undefined);
      let hdlr4 = [ctx['toBasket'], ctx];
      const b22 = comp5({name: 'basket'}, key + `__5`, node, this, null);
      b20 = block20([attr1, prop3, hdlr3, prop4, hdlr4], [b21, b22]);
    }
    return multi([b2, b9, b12, b13, b20]);
  }
},
};
