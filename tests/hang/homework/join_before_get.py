# The classic of multiprocessing: join before get, with more in the queue than a pipe holds.
import multiprocessing

def work(queue):
    queue.put("x" * 1_000_000)

if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    queue = multiprocessing.Queue()
    process = multiprocessing.Process(target=work, args=(queue,))
    process.start()
    process.join()
    print(len(queue.get()))
