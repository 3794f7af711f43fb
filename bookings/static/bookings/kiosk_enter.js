// Says what the kiosk that this tablet still is has kept and not sent yet: it is lost once it becomes another.

const former = document.getElementById("former");
const queue = JSON.parse(localStorage.getItem(`kiosk.queue.${former.dataset.kiosk}`) ?? "[]");
former.querySelector("[data-count]").textContent = queue.length;
former.hidden = queue.length === 0;
