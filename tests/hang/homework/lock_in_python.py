# A lock of multiprocessing that the parent holds while it joins a child that wants it.
import multiprocessing

def work(lock):
    with lock:
        pass

if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    lock = multiprocessing.Lock()
    with lock:
        process = multiprocessing.Process(target=work, args=(lock,))
        process.start()
        process.join()
